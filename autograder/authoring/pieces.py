"""What a unit must have before it is given to students."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.authoring.edits import mistakes_of, right_answers_of
from autograder.course import Course
from autograder.units import Unit


def missing_pieces(course: Course, unit: Unit) -> list[str]:
    """One line for each missing piece, with the file to write; none if all are there."""
    return [f"{unit.name} has {what}" for what in _missing(course, unit)]


def _missing(course: Course, unit: Unit) -> Iterator[str]:
    source = course.source(unit.assignment)
    folder = source.parent
    place = folder.relative_to(course.root)
    if not (unit.title and unit.about):
        yield "no title or no line about it: write title=… and about=… into its Unit(…)"
    if not source.is_file():
        yield f"no source: write {place / source.name}"
    if not mistakes_of(unit, course):
        yield f"no typical mistakes: write {place}/mistakes.py"
    if not right_answers_of(unit, course):
        yield f"no unusual right answers: write {place}/right_answers.py"
    if not any((folder / "students").glob("*.yaml")):
        yield f"no demonstration students: write {place}/students/solved.yaml and others"
    if unit.is_calibrated and not (folder / "calibration" / "reference.json").is_file():
        yield (
            f"no calibration record {place}/calibration/reference.json: "
            f"run autograder calibrate {unit.name}"
        )
