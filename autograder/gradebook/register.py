"""The released notebook's cells, known to the gradebook, so that marks can be put to them."""

from __future__ import annotations

from collections.abc import Mapping

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution

from autograder.course import Course, CourseError
from autograder.gradebook.address import Address
from autograder.gradebook.final_marks import CHECK
from autograder.gradebook.no_kernel import KERNEL, allows_execution
from autograder.rendering.text import number
from autograder.units import Unit


def register(course: Course, unit: Unit, address: Address) -> None:
    """Make the gradebook know the unit as released; what `nbgrader generate_assignment` does.

    It does nothing when the gradebook is up to date. Raises CourseError where `check_released`
    does.
    """
    released = check_released(course, unit, address)
    with address.open() as gradebook:
        is_current = _known(gradebook, unit) == _cells(released)
        if not is_current:
            gradebook.update_or_create_assignment(unit.assignment, course_id=address.course_id)
    if not is_current:
        names = {"notebook": unit.name, "assignment": unit.assignment, "db_url": address.url}
        SaveCells().preprocess(released, {"nbgrader": names})
    with address.open() as gradebook:
        _forbid_execution(gradebook, unit)


def check_released(course: Course, unit: Unit, address: Address) -> NotebookNode:
    """The released notebook, if it is one that can be graded into this gradebook.

    Raises CourseError where `read_released` does, or if the notebook has other exercises than
    those that the gradebook has marks for.
    """
    released = read_released(course, unit)
    cells = _cells(released)
    with address.open() as gradebook:
        known = _known(gradebook, unit)
        if known is not None and set(known) != set(cells) and _handed_in(gradebook, unit):
            raise CourseError(
                f"The exercises of {unit.name} are others than those that the gradebook has marks "
                "for. Keep the old gradebook under another name and grade again."
            )
    return released


def read_released(course: Course, unit: Unit) -> NotebookNode:
    """The notebook as students get it.

    Raises CourseError if it is not there, or has other tasks or points than the grader.
    """
    path = course.released(unit.assignment)
    try:
        released = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise CourseError(f"{path.name} is not released yet. Run: autograder build") from None
    _refuse_other_points(unit, _cells(released))
    return released


def _refuse_other_points(unit: Unit, cells: Mapping[str, tuple[str, float | None]]) -> None:
    wanted = {f"{CHECK}{name.rsplit('/', 1)[-1]}": float(most) for name, most in unit.task_points}
    found = {name: points for name, (_, points) in cells.items() if name.startswith(CHECK)}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise CourseError(
                f"The released notebook of {unit.name} is out of date: "
                f"{name.removeprefix(CHECK)} is worth {_worth(found.get(name))} there and "
                f"{_worth(wanted.get(name))} in the grader. Run: autograder build"
            )


def _worth(points: float | None) -> str:
    return "nothing" if points is None else f"{number(points)} points"


def _handed_in(gradebook: Gradebook, unit: Unit) -> bool:
    return bool(gradebook.find_notebook(unit.name, unit.assignment).submissions)


def _forbid_execution(gradebook: Gradebook, unit: Unit) -> None:
    notebook = gradebook.find_notebook(unit.name, unit.assignment)
    if allows_execution(notebook):
        notebook.kernelspec = KERNEL
        gradebook.db.commit()


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
