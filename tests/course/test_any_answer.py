"""A right answer has full marks however it is written and whatever is asked; a wrong one never."""

from __future__ import annotations

import os
from contextlib import redirect_stdout

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from autograder.authoring.build import units_with_source
from autograder.authoring.recording import Entry, asked, known_answers
from autograder.authoring.variants import VARIANTS
from autograder.course import Course
from autograder.results import TaskResult
from autograder.units import unit_named

COURSE = Course.find()
#: Keras compiles each agent anew, seconds for each.
KNOWN = [
    entry
    for unit in units_with_source(COURSE)
    if unit.framework != "tensorflow"
    for entry in known_answers(COURSE, unit)
]
RIGHT = strategies.sampled_from([entry for entry in KNOWN if entry.task is None])
WRONG = strategies.sampled_from([entry for entry in KNOWN if entry.kind == "blind wrong"])
SEEDS = strategies.integers(1, 2**31)


def results(entry: Entry, tasks: set[str], seed: int) -> list[TaskResult]:
    unit = unit_named(entry.unit)
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        return asked(COURSE, unit, entry, tasks, seed)


def right(entry: Entry, variant: str | None, seed: int) -> None:
    varied = Entry(entry.unit, entry.kind, entry.name, variant=variant)
    tasks = {task.name for task in unit_named(entry.unit).tasks}

    failed = [
        f"{task.task}:{check.check}: {check.message}"
        for task in results(varied, tasks, seed)
        for check in task.checks
        if not check.passed
    ]
    assert failed == [], varied.key


def wrong(entry: Entry, seed: int) -> None:
    (task,) = results(entry, {str(entry.task)}, seed)

    assert task.points < task.max_points, entry.key


def few(number: int) -> settings:
    """The same examples in every run: what is drawn anew is for the slow tests."""
    return settings(max_examples=number, deadline=None, derandomize=True)


def many(number: int) -> settings:
    """Other examples in every run."""
    return settings(
        max_examples=number, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


ANY_RIGHT = given(RIGHT, strategies.sampled_from([None, *VARIANTS]), SEEDS)
ANY_WRONG = given(WRONG, SEEDS)


def test_a_right_answer_has_full_marks() -> None:
    few(2)(ANY_RIGHT(right))()


def test_a_wrong_answer_loses_points_at_its_task() -> None:
    few(5)(ANY_WRONG(wrong))()


@pytest.mark.slow
def test_right_answers_have_full_marks() -> None:
    many(300)(ANY_RIGHT(right))()


@pytest.mark.slow
def test_wrong_answers_lose_points_at_their_task() -> None:
    many(300)(ANY_WRONG(wrong))()
