"""The gradebook learns of a unit from what students get, and never forgets what they handed in."""

from __future__ import annotations

import pytest

from autograder.authoring.build import build
from autograder.course import Course, CourseError
from autograder.gradebook.address import Address
from autograder.gradebook.register import register
from autograder.units import Unit
from tests.course.here import edit


def database(course: Course) -> Address:
    return Address(f"sqlite:///{course.root / 'gradebook.db'}", "a-course")


def points(course: Course, unit: Unit) -> dict[str, float]:
    """The points of each graded cell, as the gradebook has them."""
    with database(course).open() as gradebook:
        notebook = gradebook.find_notebook(unit.name, unit.assignment)
        return {cell.name: cell.max_score for cell in notebook.grade_cells}


def test_points_and_cells_may_change_while_nobody_has_handed_in(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    register(tiny, unit, database(tiny))
    assert points(tiny, unit) == {"check-double": 3, "question-why": 2}
    edit(tiny.source(unit.assignment), '"points": 2', '"points": 4')
    edit(tiny.source(unit.assignment), "question-why", "question-how")
    build(tiny, [unit])
    register(tiny, unit, database(tiny))
    assert points(tiny, unit) == {"check-double": 3, "question-how": 4}


def test_once_somebody_has_the_cells_stay(tiny: Course, unit: Unit) -> None:
    build(tiny, [unit])
    register(tiny, unit, database(tiny))
    with database(tiny).open() as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(unit.assignment, "ada")
    edit(tiny.source(unit.assignment), "question-why", "question-how")
    build(tiny, [unit])
    with pytest.raises(CourseError, match="the gradebook has marks for"):
        register(tiny, unit, database(tiny))
    assert set(points(tiny, unit)) == {"check-double", "question-why"}


def test_the_unit_belongs_to_the_course_also_in_an_older_gradebook(
    tiny: Course, unit: Unit
) -> None:
    build(tiny, [unit])
    register(tiny, unit, Address(database(tiny).url))  # as earlier versions did
    edit(tiny.source(unit.assignment), '"points": 2', '"points": 4')
    build(tiny, [unit])

    register(tiny, unit, database(tiny))

    with database(tiny).open() as gradebook:
        assert gradebook.find_assignment(unit.assignment).course_id == "a-course"
