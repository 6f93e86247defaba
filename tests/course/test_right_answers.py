"""Every unusual right answer gets full marks, whatever numbers the grader draws."""

import pytest

from autograder.authoring.build import units_with_source
from autograder.authoring.edits import edited, judge_all, reference, right_answers_of, student_of
from autograder.course import Course
from tests.marks import slow_with_keras

COURSE = Course.find()
UNITS = units_with_source(COURSE)

CASES = [
    pytest.param(unit, answer, id=f"{unit.name}-{answer.name}", marks=slow_with_keras(unit))
    for unit in UNITS
    for answer in right_answers_of(unit, COURSE)
]


def failures(submission, unit, seeds):
    """What goes wrong with an answer: the seed, the check, and its message."""
    student = student_of(submission, unit)
    return [
        (seed, task.task, check.check, check.message)
        for seed in seeds
        for task in judge_all(student, unit, seed).values()
        for check in task.checks
        if not check.passed
    ]


REFERENCES = [pytest.param(unit, id=unit.name, marks=slow_with_keras(unit)) for unit in UNITS]


@pytest.mark.parametrize("unit", REFERENCES)
def test_the_reference_is_right_for_twenty_seeds(unit):
    assert not failures(reference(unit, COURSE), unit, range(20))


@pytest.mark.parametrize(("unit", "answer"), CASES)
def test_an_unusual_right_answer_gets_full_marks(unit, answer):
    submission = edited(reference(unit, COURSE), answer.edits)

    assert not failures(submission, unit, seeds=(1, 2, 3))
