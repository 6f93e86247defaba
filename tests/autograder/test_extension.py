"""An extension as docs/term.md grants it, to a student whose work was late at first."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook, MissingEntry

from autograder.class_run import grade_class
from autograder.course import Course
from autograder.gradebook.book import Book
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result

TERM = Path(__file__).parents[2] / "docs" / "term.md"
STUDENT = "anna"


@pytest.fixture
def unit() -> Unit:
    return unit_named("dqn")


@pytest.fixture
def late(tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course in which a student handed in a day after the due date, and lateness costs all."""
    monkeypatch.chdir(tmp_path)
    course = make_course(tmp_path, unit)
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(unit.assignment, duedate="2026-03-01 00:00 UTC")
    notebook = hand_in(course, unit, STUDENT, {"forward": "x = 1"})
    (notebook.parent / "timestamp.txt").write_text("2026-03-02 00:00 UTC")
    keep(course, unit, notebook, make_result(unit))
    return course


def grant_extension() -> None:
    """What the page has an instructor run in the course folder."""
    before, _, after = TERM.read_text(encoding="utf-8").partition("grant_extension")
    exec(before.rpartition("```python")[2] + "grant_extension" + after.partition("```")[0], {})


def mark(course: Course, unit: Unit) -> float:
    return Book.open(course).marks(unit)[STUDENT].final


def test_a_late_student_gets_the_points_back(late: Course, unit: Unit) -> None:
    grade_class(late, unit)
    assert mark(late, unit) == 0

    grant_extension()
    grade_class(late, unit)

    assert mark(late, unit) == unit.max_points


def test_before_the_first_grading_there_is_nothing_to_extend(late: Course) -> None:
    with pytest.raises(MissingEntry):
        grant_extension()
