"""The record of a unit's mutants keeps the reasons that authors have written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.authoring import mutants
from autograder.authoring.mutants import ReferenceMutant
from autograder.course import Course
from autograder.results import CheckResult, TaskResult
from autograder.units import unit_named

UNIT = unit_named("meet_cartpole")
CAUGHT = ReferenceMutant("rule", "AddNot", "if x:", "if not x:", "balances")
KEPT = ReferenceMutant("rule", "NumberReplacer", "x > 0", "x > 1")


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mutants.json"
    monkeypatch.setattr(mutants, "mutants_path", lambda *_: path)
    return path


def test_without_a_record_there_are_no_mutants(record: Path, course: Course) -> None:
    assert mutants.read_mutants(UNIT, course) == []


def test_a_reason_survives_the_next_run(record: Path, course: Course) -> None:
    mutants.write_mutants(UNIT, course, [CAUGHT, KEPT])
    rows = json.loads(record.read_text("utf-8"))
    rows[1]["equivalent"] = "the threshold is far away"
    record.write_text(json.dumps(rows), encoding="utf-8")

    mutants.write_mutants(UNIT, course, [KEPT, CAUGHT])

    kept, caught = mutants.read_mutants(UNIT, course)
    assert kept.equivalent == "the threshold is far away"
    assert caught == CAUGHT


def test_only_lines_between_the_markers_are_a_solution() -> None:
    lines = ["def f():", "    ### BEGIN SOLUTION", "    return 1", "    ### END SOLUTION", "f()"]

    assert mutants.solution_lines(lines) == {2}


def test_a_line_that_differs_or_is_gone_is_changed() -> None:
    assert mutants.changed_lines(["a", "b", "c"], ["a", "x", "c"]) == {1}
    assert mutants.changed_lines(["a", "b", "c"], ["a", "c"]) == {1}
    assert mutants.changed_lines(["a"], ["a"]) == set()


def test_a_mutant_is_caught_by_the_first_check_that_costs_points() -> None:
    note = CheckResult("a", False, note=True)
    passed, failed = CheckResult("b", True), CheckResult("c", False)

    assert mutants.first_failed(TaskResult("rule", 1, 2, (note, passed, failed))) == "c"
    assert mutants.first_failed(TaskResult("rule", 2, 2, (note, passed))) is None


def test_an_equivalent_mutant_does_not_survive() -> None:
    assert KEPT.survives
    assert not CAUGHT.survives
    assert not replace(KEPT, equivalent="the same").survives
