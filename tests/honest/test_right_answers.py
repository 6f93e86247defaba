"""Every unusual right answer gets full marks, whatever numbers the grader draws."""

import pytest

from autograder.build import units_with_source
from autograder.course import Course
from autograder.variants import edited, judge_all, reference, right_answers_of, student_of

COURSE = Course.find()
UNITS = units_with_source(COURSE)
CASES = [
    pytest.param(unit, answer, id=f"{unit.name}-{answer.name}")
    for unit in UNITS
    for answer in right_answers_of(unit, COURSE)
]


def failures(results):
    return [
        (task.task, check.check, check.message)
        for task in results.values()
        for check in task.checks
        if not check.passed
    ]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_reference_is_right_for_every_seed(unit, seed):
    student = student_of(reference(unit, COURSE), unit)

    assert not failures(judge_all(student, unit, seed))


@pytest.mark.parametrize("seed", (1, 2, 3))
@pytest.mark.parametrize(("unit", "answer"), CASES)
def test_an_unusual_right_answer_gets_full_marks(unit, answer, seed):
    submission = edited(reference(unit, COURSE), answer.edits)

    assert not failures(judge_all(student_of(submission, unit), unit, seed))
