"""A unit is whole, from its source to the tests of its checks; what is missing is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.authoring.pieces import missing_pieces
from autograder.course import Course
from autograder.units import Unit, unit_named, unit_names
from tests.course import here


def path_of_tests(unit: Unit) -> Path:
    return Path("tests") / "autograder" / "units" / f"test_{unit.name}.py"


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_the_unit_is_whole(course: Course, unit: Unit) -> None:
    missing = missing_pieces(course, unit)
    if not (course.root / path_of_tests(unit)).is_file():
        missing.append(f"{unit.name} has no tests of its checks: write {path_of_tests(unit)}")
    assert not missing, "\n".join(missing)


def test_every_listed_unit_has_a_source(course: Course) -> None:
    assert tuple(unit.name for unit in here.UNITS) == unit_names(course)


@pytest.fixture
def bare(tiny: Course, unit: Unit) -> Course:
    """A course whose unit has a source and nothing else."""
    return tiny


@pytest.mark.parametrize(
    "line",
    (
        "no title or no line about it: write title=",
        "no typical mistakes: write solutions/2_policy_network/mistakes.py",
        "no unusual right answers: write solutions/2_policy_network/right_answers.py",
        "no demonstration students: write solutions/2_policy_network/students/",
    ),
)
def test_what_is_missing_is_named_with_the_file_to_write(
    bare: Course, unit: Unit, line: str
) -> None:
    assert any(line in missing for missing in missing_pieces(bare, unit))


def test_only_a_unit_that_trains_needs_a_calibration(bare: Course, unit: Unit) -> None:
    training = replace(unit, agent=unit_named("policy_network").agent)
    assert not any("calibration" in missing for missing in missing_pieces(bare, unit))
    assert any(
        "run autograder calibrate policy_network" in missing
        for missing in missing_pieces(bare, training)
    )


def test_a_missing_source_is_noticed(bare: Course, unit: Unit) -> None:
    bare.source(unit.assignment).unlink()
    assert any("no source: write" in missing for missing in missing_pieces(bare, unit))
