"""The record of a unit's mutants keeps the reasons that authors have written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.authoring import mutants
from autograder.authoring.mutants import ReferenceMutant
from autograder.course import Course
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
