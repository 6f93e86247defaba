"""The released notebook's cells, known to the gradebook, so that marks can be put to them."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution

from autograder.course import Course, CourseError
from autograder.units import Unit


def register(course: Course, unit: Unit, db_url: str) -> None:
    """Make the gradebook know the unit as released; what `nbgrader generate_assignment` does.

    It does nothing when the gradebook is up to date. Raises CourseError if the notebook is not
    there, or changed so much that marks already in the gradebook would be lost.
    """
    path = course.released(unit.assignment)
    try:
        released = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise CourseError(f"{path.name} is not released yet. Run: autograder build") from None
    with Gradebook(db_url) as gradebook:
        if _known(gradebook, unit) == _cells(released):
            return
        gradebook.update_or_create_assignment(unit.assignment)
    names = {"notebook": unit.name, "assignment": unit.assignment, "db_url": db_url}
    resources: dict[str, Any] = {"nbgrader": names}
    try:
        SaveCells().preprocess(released, resources)
    except RuntimeError:
        raise CourseError(
            f"The exercises of {unit.name} are others than those that the gradebook has marks for. "
            "Keep the old gradebook under another name and grade again."
        ) from None


def _cells(notebook: NotebookNode) -> dict[str, tuple[str, float | None]]:
    """What the gradebook must know of each cell: its source, and its points if it has any."""
    cells = {}
    for cell in notebook.cells:
        if is_grade(cell) or is_solution(cell) or is_locked(cell):
            nbgrader = cell.metadata.nbgrader
            points = float(nbgrader["points"]) if is_grade(cell) else None
            cells[nbgrader["grade_id"]] = (cell.source, points)
    return cells


def _known(gradebook: Gradebook, unit: Unit) -> dict[str, tuple[str, float | None]] | None:
    try:
        notebook = gradebook.find_notebook(unit.name, unit.assignment)
    except MissingEntry:
        return None
    points = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    return {cell.name: (cell.source, points.get(cell.name)) for cell in notebook.source_cells}
