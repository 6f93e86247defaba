"""The one source of a unit: a jupytext script in percent format, read into nbgrader's notebook.

An author writes as little metadata as possible into a cell's header::

    # %% nbgrader={"grade_id": "forward", "solution": true}
    # %% nbgrader={"grade_id": "check-forward", "grade": true}
    # %% [markdown] nbgrader={"grade_id": "question", "grade": true, "solution": true, "points": 2}

These are an exercise's answer, its check right below, and a question in words, graded by hand.
Everything else follows from that and from the unit's tasks: points, flags, tags, cell ids. What
does not fit together is refused with one line that names the file and the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from autograder.authoring.first_cell import START, START_ID, first_cell
from autograder.authoring.last_cell import last_cell
from autograder.authoring.references import resolve
from autograder.course import Course, CourseError
from autograder.gradebook.rubric import Rubric
from autograder.units import Unit

CHECK_PREFIX = "check-"
QUESTION_PREFIX = "question-"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

#: The same in every notebook, whoever builds it and wherever.
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SCHEMA_VERSION = 3
ALLOWED_KEYS = {"grade_id", "grade", "solution", "locked", "points"}
#: Jupyter goes on after an error in a cell with this tag: an unsolved exercise stops nobody.
GO_ON = "raises-exception"
#: The grader does not run a cell with this tag.
NOT_GRADED = "not-graded"
MINUTES = re.compile(r"\b\d+\s+minutes?\b")
HINT = "<details>"
#: nbformat's limit for a cell id is 64 characters.
LONGEST_ID = 48


def read_source(course: Course, unit: Unit) -> NotebookNode:
    """Read a unit's source as the notebook with solutions that nbgrader starts from.

    Raises CourseError if it does not fit the unit's tasks, or an exercise is incomplete.
    """
    path = course.source(unit.assignment)
    try:
        notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    except OSError as error:
        raise CourseError(f"{path}: the unit's source cannot be read: {error.strerror}") from error
    reader = _Reader(path, unit)
    for cell in notebook.cells:
        reader.complete(cell)
    reader.check(notebook.cells)
    _name_cells(notebook.cells)
    if any(cell.id == START_ID for cell in notebook.cells):
        notebook.cells.append(last_cell([NOT_GRADED], _in_words(notebook.cells)))
    for cell in notebook.cells:
        reader.resolve_references(cell, course)
        if cell.id == START_ID:
            cell.source = first_cell(course, unit)
    result = nbformat.v4.new_notebook(cells=notebook.cells, metadata=NOTEBOOK_METADATA)
    result.nbformat_minor = 5
    nbformat.validate(result)
    return result


class _Reader:
    """Completes the cells of one source and says where it is wrong."""

    def __init__(self, path: Path, unit: Unit) -> None:
        self.path = path
        self.unit = unit
        #: Each task's points by its short name, the part after the unit's.
        self.points = {name.split("/", 1)[1]: points for name, points in unit.task_points}

    def complete(self, cell: NotebookNode) -> None:
        """Turn the author's short metadata into nbgrader's whole."""
        for key in [key for key in cell.metadata if key.startswith("lines_to_")]:
            del cell.metadata[key]  # jupytext's notes about blank lines
        given = cell.metadata.get("nbgrader")
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
            if cell.source.strip() == START:
                cell.metadata["tags"] = [NOT_GRADED]
        if given is None:
            if BEGIN in cell.source or END in cell.source:
                raise self._wrong(cell, "marks a solution, but its header has no nbgrader metadata")
            return
        unknown = set(given) - ALLOWED_KEYS
        if unknown or not isinstance(given.get("grade_id"), str):
            raise self._wrong(
                cell, f"needs a grade_id, and of {', '.join(sorted(ALLOWED_KEYS))} no other key"
            )
        grade, solution = bool(given.get("grade")), bool(given.get("solution"))
        if not (grade or solution or given.get("locked")):
            raise self._wrong(cell, "has nbgrader metadata, but no flag: grade, solution or locked")
        metadata: dict[str, Any] = {
            "grade": grade,
            "grade_id": given["grade_id"],
            "locked": not solution,
            "schema_version": SCHEMA_VERSION,
            "solution": solution,
            "task": False,
        }
        if grade:
            metadata["points"] = _plain(self._points(cell, given, by_hand=solution))
        cell.metadata["nbgrader"] = metadata
        if cell.cell_type == "code" and (grade or solution):
            cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), GO_ON})

    def check(self, cells: list[NotebookNode]) -> None:
        """Raise CourseError unless exercises and tasks belong to each other, one to one."""
        places = [_grade_id(cell) for cell in cells]
        names = [name for name in places if name]
        for name in names:
            if names.count(name) > 1:
                raise CourseError(f"{self.path}: the grade_id {name} is there more than once.")
        for cell in cells:
            if _is(cell, "solution"):
                self._check_solution(cell)
            elif _is(cell, "grade"):
                self._check_check(cell)
        for task in self.points:
            if CHECK_PREFIX + task not in names:
                raise self._missing(task, f"check cell {CHECK_PREFIX}{task}")
        for task in (task.name.split("/", 1)[1] for task in self.unit.tasks):
            if task not in names:
                raise self._missing(task, f"solution cell {task}")
            if places.index(task) + 1 != places.index(CHECK_PREFIX + task):
                check = CHECK_PREFIX + task
                raise CourseError(f"{self.path}: {check} must stand right below {task}.")
        self._check_prose(cells)

    def resolve_references(self, cell: NotebookNode, course: Course) -> None:
        """Write out which units the prose refers to. Raises CourseError for an unknown one."""
        if cell.cell_type != "markdown":
            return
        try:
            cell.source = resolve(cell.source, course)
        except CourseError as error:
            raise self._wrong(cell, f"refers to a unit that is not there. {error}") from error

    def _points(self, cell: NotebookNode, given: dict[str, Any], *, by_hand: bool) -> float:
        """The points of a graded cell: an author's for a question, the task's for a check."""
        if by_hand:
            if not isinstance(given.get("points"), (int, float)):
                raise self._wrong(cell, "is graded by hand and needs points")
            return given["points"]
        if "points" in given:
            raise self._wrong(cell, "must not say its points: they are those of the task's checks")
        task = given["grade_id"].removeprefix(CHECK_PREFIX)
        if not given["grade_id"].startswith(CHECK_PREFIX) or task not in self.points:
            known = ", ".join(CHECK_PREFIX + name for name in self.points)
            raise self._wrong(cell, f"belongs to no task of the unit; there are: {known}")
        return self.points[task]

    def _check_solution(self, cell: NotebookNode) -> None:
        name = _grade_id(cell)
        if cell.cell_type != "code":
            if not name.startswith(QUESTION_PREFIX):
                raise self._wrong(cell, f"is a question in words: call it {QUESTION_PREFIX}{name}")
            self._check_rubric(cell)
            return
        if name not in self.points:
            raise self._wrong(cell, f"belongs to no task; there are: {', '.join(self.points)}")
        begins, ends = cell.source.count(BEGIN), cell.source.count(END)
        if begins == 0 or begins != ends:
            raise self._wrong(cell, f"needs its answer between {BEGIN} and {END}")

    def _check_rubric(self, cell: NotebookNode) -> None:
        rubric, points = Rubric.read(cell.source), cell.metadata.nbgrader["points"]
        if rubric is not None and rubric.points != points:
            raise self._wrong(
                cell, f"is worth {points} points, but its rubric has {_plain(rubric.points)}"
            )

    def _check_check(self, cell: NotebookNode) -> None:
        task = f"{self.unit.name}/{_grade_id(cell).removeprefix(CHECK_PREFIX)}"
        if not re.search(rf"""\bcheck\(\s*["']{re.escape(task)}["']""", cell.source):
            raise self._wrong(cell, f'must call check("{task}", ...)')

    def _check_prose(self, cells: list[NotebookNode]) -> None:
        """Every exercise says how long it takes and has a hint, in the prose above it."""
        prose = ""
        for cell in cells:
            if _is(cell, "solution"):
                if cell.cell_type == "markdown":
                    prose += cell.source
                if not MINUTES.search(prose):
                    raise self._wrong(cell, 'does not say how long it takes, as in "10 minutes"')
                if HINT not in prose and cell.cell_type == "code":
                    raise self._wrong(cell, f"has no hint above it ({HINT}...</details>)")
                prose = ""
            elif cell.cell_type == "markdown":
                prose += cell.source + "\n"

    def _wrong(self, cell: NotebookNode, problem: str) -> CourseError:
        name = _grade_id(cell) or next(iter(cell.source.splitlines()), "(empty)")
        return CourseError(f"{self.path}: the cell {name!r} {problem.rstrip('.')}.")

    def _missing(self, task: str, what: str) -> CourseError:
        return CourseError(f"{self.path}: the task {self.unit.name}/{task} has no {what}.")


def _name_cells(cells: list[NotebookNode]) -> None:
    """Give each cell an id that stays the same from build to build and says what it is.

    A graded cell's is its grade_id, any other's comes from its first line.
    """
    taken = {_grade_id(cell) for cell in cells if _grade_id(cell)}
    for cell in cells:
        name = _grade_id(cell)
        if not name:
            name = next(new for new in _numbered(_slug(cell.source)) if new not in taken)
            taken.add(name)
        cell.id = name


def _slug(source: str) -> str:
    """The words of a cell's first line that has any, joined by hyphens."""
    for line in source.splitlines():
        words = re.findall(r"[a-z0-9_]+", line.lower())
        if words:
            return "-".join(words)[:LONGEST_ID].strip("-")
    return "cell"


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _in_words(cells: list[NotebookNode]) -> dict[str, float]:
    """The questions that are answered in words and graded by hand, with their points."""
    return {
        _grade_id(cell).removeprefix(QUESTION_PREFIX): cell.metadata.nbgrader["points"]
        for cell in cells
        if _is(cell, "grade") and _is(cell, "solution")
    }


def _plain(points: float) -> float | int:
    """Whole points without a decimal point."""
    return int(points) if float(points).is_integer() else points


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id") or "")


def _is(cell: NotebookNode, flag: str) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get(flag, False))
