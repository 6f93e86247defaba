"""Nothing generated is edited by hand, forgotten, or gives a solution away."""

from __future__ import annotations

import re

import nbformat
import pytest

from autograder.authoring.build import stale, units_with_source
from autograder.course import Course
from autograder.units import Unit
from tests.course import here

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def test_generated_files_are_fresh(course: Course) -> None:
    names = [str(path.relative_to(course.root)) for path in stale(course)]
    assert not names, f"stale: {', '.join(names)}. Run `make course` and commit what it changes."


def test_no_other_notebook_is_in_the_students_folder(course: Course) -> None:
    wanted = {course.released(unit.assignment) for unit in units_with_source(course)}
    assert set((course.root / "course").glob("*/*.ipynb")) == wanted


def test_every_picture_is_shown_somewhere_and_described(course: Course) -> None:
    pages = [course.root / "README.md", *(course.root / "docs").glob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    shown = re.findall(r"!\[.{20,}\]\((?:docs/)?images/(.+\.png)\)", text)
    assert set(shown) == {path.name for path in (course.root / "docs/images").glob("*.png")}


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_the_students_notebook_holds_no_solution(course: Course, unit: Unit) -> None:
    source = course.source(unit.assignment).read_text(encoding="utf-8")
    released = nbformat.read(course.released(unit.assignment), as_version=4)
    text = "\n".join(cell.source for cell in released.cells)
    assert "SOLUTION" not in text
    solutions = re.findall(r"### BEGIN SOLUTION\n(.*?)\n *### END SOLUTION", source, re.DOTALL)
    assert len(solutions) >= len(unit.tasks)
    for solution in solutions:
        assert solution not in text


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_every_gap_is_the_same_stub(course: Course, unit: Unit) -> None:
    released = nbformat.read(course.released(unit.assignment), as_version=4)
    for cell in released.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            unindented = "\n".join(line.strip() for line in cell.source.splitlines())
            assert STUB in unindented, cell.id


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_the_notebook_promises_the_points_that_the_tasks_give(course: Course, unit: Unit) -> None:
    released = nbformat.read(course.released(unit.assignment), as_version=4)
    graders = (cell.metadata.get("nbgrader", {}) for cell in released.cells)
    promised = {
        f"{unit.name}/{cell['grade_id'].removeprefix('check-')}": cell["points"]
        for cell in graders
        if cell.get("grade") and not cell.get("solution")
    }
    assert promised == dict(unit.task_points)
