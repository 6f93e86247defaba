"""What the tests of the course share: its units, and a change to a file."""

from __future__ import annotations

from pathlib import Path

from autograder.authoring.build import units_with_source
from autograder.course import Course
from autograder.units import Unit

#: This very course, and its units, to repeat a test for each.
COURSE = Course(Path(__file__).resolve().parents[2])
UNITS = units_with_source(COURSE)


def name(unit: Unit) -> str:
    return unit.name


def edit(path: Path, old: str, new: str) -> None:
    """Change a file in one place."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
