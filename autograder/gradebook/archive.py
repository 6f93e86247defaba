"""The graded notebook that nbgrader archives: the student's cells, and the results below them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from autograder.course import Course
from autograder.gradebook.final_marks import CHECK
from autograder.gradebook.marks import Marks, marks_of
from autograder.gradebook.outputs import check_outputs, status_cell, status_line
from autograder.grading.batch import GradedSubmission
from autograder.grading.notebook import (
    InvalidNotebook,
    read_skeleton,
    read_submission,
    spliced_notebook,
    untouched,
)
from autograder.results import short_name
from autograder.units import Unit


class Archived(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A graded notebook as the text of its file, and the marks that it shows."""

    notebook: str
    marks: Marks


class NoTask(Exception):
    """The released notebook has a check cell that the grader knows no task for."""


def archived(notebook: Path, unit: Unit, course: Course, graded: GradedSubmission) -> Archived:
    """The graded notebook of what a student handed in. Raises NoTask."""
    content = with_results(notebook_of(notebook, unit, course), graded)
    text = nbformat.writes(content, version=4)
    return Archived(text + "\n", marks_of(content, status_line(graded.result)))


def notebook_of(path: Path, unit: Unit, course: Course) -> NotebookNode:
    """The released notebook with the student's cells; untouched where they cannot be read."""
    skeleton = read_skeleton(course.released(unit.assignment))
    try:
        submission = read_submission(path, skeleton)
    except InvalidNotebook:
        submission = untouched(skeleton)
    return spliced_notebook(skeleton, submission)


def with_results(notebook: NotebookNode, graded: GradedSubmission) -> NotebookNode:
    """The same with the results in its check cells, for nbgrader to read the marks there.

    Raises NoTask.
    """
    result = graded.result
    tasks = {short_name(task.task): task for task in result.tasks}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if cell.cell_type != "code" or not is_grade(cell) or is_solution(cell):
            continue
        task = tasks.get(name.removeprefix(CHECK))
        if task is None:
            raise NoTask(f"No marks: the grader knows no task for the cell {name}.")
        cell.outputs = check_outputs(result, task, float(cell.metadata["nbgrader"]["points"]))
    notebook.cells.insert(0, status_cell(result))
    notebook.metadata["autograder"] = {"result": graded.key, "status": result.status.value}
    return notebook
