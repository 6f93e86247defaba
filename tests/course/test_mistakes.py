"""Every typical mistake fails at its check, with its message, and costs nothing elsewhere."""

import pytest

from autograder.authoring.build import units_with_source
from autograder.authoring.edits import (
    also_failed,
    edited,
    judge_all,
    mistakes_of,
    reference,
    student_of,
)
from autograder.course import Course
from tests.marks import slow_with_keras

COURSE = Course.find()

CASES = [
    pytest.param(unit, mistake, id=f"{unit.name}-{mistake.name}", marks=slow_with_keras(unit))
    for unit in units_with_source(COURSE)
    for mistake in mistakes_of(unit, COURSE)
    if not mistake.is_scored
]
SCORED = [
    pytest.param(unit, mistake, id=f"{unit.name}-{mistake.name}", marks=slow_with_keras(unit))
    for unit in units_with_source(COURSE)
    for mistake in mistakes_of(unit, COURSE)
    if mistake.is_scored
]


@pytest.mark.parametrize(("unit", "mistake"), CASES)
def test_a_mistake_is_named(unit, mistake):
    submission = edited(reference(unit, COURSE), mistake.edits)

    results = judge_all(student_of(submission, unit), unit, seed=11)

    found = {check.check: check for check in results[mistake.task].checks}[mistake.check]
    assert not found.passed
    assert found.mistake == mistake.mistake
    assert mistake.says in found.message
    assert also_failed(mistake, results) == []


@pytest.mark.parametrize("unit", units_with_source(COURSE), ids=lambda unit: unit.name)
def test_mistakes_list_checks_that_exist(unit):
    checks = {f"{task.name}:{check.name}" for task in unit.tasks for check in task.checks}

    for mistake in mistakes_of(unit, COURSE):
        assert set(mistake.also) <= checks, mistake.name


@pytest.mark.parametrize(("unit", "mistake"), SCORED)
def test_a_mistake_in_the_settings_passes_every_check(unit, mistake):
    """So it is the score that must show it: calibrated, and asked by `autograder validate`."""
    submission = edited(reference(unit, COURSE), mistake.edits)

    results = judge_all(student_of(submission, unit), unit, seed=11)

    assert [task.task for task in results.values() if task.points < task.max_points] == []
