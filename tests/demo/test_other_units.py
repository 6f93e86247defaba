"""The demonstration classes of the other units, graded for real, get the marks they announce."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring.demonstration import build_class, demo_students, demonstrated_units
from autograder.course import Course
from autograder.grading.submission import GradingOptions, grade_file
from autograder.units import unit_names
from tests.demo.test_demonstration import DEMONSTRATED

COURSE = Course.find()
CASES = [
    pytest.param(
        unit,
        student,
        id=f"{unit.name}-{student.name}",
        # A solved notebook trains its agent: that takes up to half a minute.
        marks=[pytest.mark.slow] if student.name == "solved" and unit.agent is not None else [],
    )
    for unit in demonstrated_units(COURSE)
    if unit.name != DEMONSTRATED  # graded as a class in test_demonstration.py
    for student in demo_students(COURSE, unit)
]


def test_every_unit_has_its_class() -> None:
    assert tuple(unit.name for unit in demonstrated_units(COURSE)) == unit_names()


@pytest.mark.parametrize(("unit", "student"), CASES)
def test_each_student_gets_the_announced_marks(unit, student, tmp_path: Path) -> None:
    run = build_class(COURSE, unit, tmp_path)
    notebook = tmp_path / "submitted" / student.name / unit.assignment / f"{unit.name}.ipynb"

    result = grade_file(notebook, unit, run, GradingOptions())

    earned = {task.task.split("/")[1]: task.points for task in result.tasks if task.points}
    expected = {task: points for task, points in student.points.items() if points}
    assert (result.status, earned) == (student.status, expected), result.message
