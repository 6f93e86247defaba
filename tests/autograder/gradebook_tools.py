"""A small course in a temporary folder: real units and nbgrader, results made by hand."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.utils import compute_checksum

from autograder.course import Course
from autograder.gradebook.address import Address
from autograder.gradebook.command_path import put_scripts_on_path
from autograder.gradebook.register import register
from autograder.grading.keys import result_key
from autograder.grading.records import write_result
from autograder.grading.submission import GradingOptions
from autograder.results import (
    CheckResult,
    EvaluationResult,
    Result,
    Status,
    TaskResult,
)
from autograder.units import Unit, unit_named

REPOSITORY = Path(__file__).resolve().parents[2]
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def make_course(root: Path, unit: Unit) -> Course:
    """A course with one released unit: for each task an exercise and its check cell."""
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    course = Course(root)
    path = course.released(unit.assignment)
    path.parent.mkdir(parents=True)
    nbformat.write(released_notebook(unit), path)
    (root / "gradebook.db").write_bytes(_new_gradebook(unit.name))
    return course


def write_solved(course: Course, unit: Unit, last_cell: str) -> None:
    """The unit's notebook with solutions: the released one, with another last cell."""
    solved = nbformat.read(course.released(unit.assignment), as_version=4)
    solved.cells[-1].source = last_cell
    path = course.source(unit.assignment).with_suffix(".ipynb")
    path.parent.mkdir(parents=True)
    nbformat.write(solved, path)


@cache
def _new_gradebook(name: str) -> bytes:
    """A gradebook that knows the unit and no student; nbgrader takes seconds to make one."""
    unit = unit_named(name)
    put_scripts_on_path()
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder))
        path = course.released(unit.assignment)
        path.parent.mkdir(parents=True)
        nbformat.write(released_notebook(unit), path)
        database = Path(folder) / "gradebook.db"
        register(course, unit, Address(f"sqlite:///{database}"))
        return database.read_bytes()


def hand_in(course: Course, unit: Unit, student: str, answers: Mapping[str, str]) -> Path:
    """Hand in the released notebook with these answers, by the exercises' ids."""
    notebook = nbformat.read(course.released(unit.assignment), as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    path = course.root / "submitted" / student / unit.assignment / f"{unit.name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return path


def keep(course: Course, unit: Unit, notebook: Path, result: Result) -> None:
    """Keep a result as if this notebook had been graded with it."""
    options = GradingOptions(sandboxed=result.sandboxed)
    key = result_key(notebook, unit, course, options)
    write_result(result, course.results / unit.assignment / f"{key}.json")


def make_result(unit: Unit, share: float = 1.0, **changes: Any) -> Result:
    """A result with this share of every task's points."""
    tasks = [
        TaskResult(
            name,
            points * share,
            points,
            (
                CheckResult("shape", True),
                CheckResult("values", share == 1, *_mistake(share)),
            ),
        )
        for name, points in unit.task_points
    ]
    evaluation = EvaluationResult(
        episodes=100,
        mean=400 + 90 * share,
        threshold=475,
        seeds=(1, 2),
        scores=(300.5, 400 + 90 * share),
        curve=tuple(min(500.0, 20.0 + 3 * n) for n in range(200)),
    )
    values: dict[str, Any] = {
        "unit": unit.name,
        "status": Status.OK,
        "tasks": tuple(tasks),
        "evaluation": evaluation,
    }
    return Result(**(values | changes))


def scores(course: Course, unit: Unit) -> dict[str, float]:
    """Each student's score in the gradebook."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        return {
            submission.student.id: submission.score
            for submission in gradebook.assignment_submissions(unit.assignment)
        }


def written(course: Course) -> dict[str, object]:
    """What a run writes for people: the marks, and the times of all pages."""
    root = course.root
    with closing(sqlite3.connect(root / "gradebook.db")) as database:
        content: dict[str, object] = {"gradebook": "\n".join(database.iterdump())}
    for folder in ("autograded", "feedback", "reports"):
        files = (path for path in (root / folder).rglob("*") if path.is_file())
        content |= {str(path): path.stat().st_mtime_ns for path in files}
    return content


def outputs_of(notebook: Path, grade_id: str) -> list[dict[str, Any]]:
    """The outputs of a check cell in an autograded notebook."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            return list(cell["outputs"])
    raise AssertionError(f"no cell {grade_id}")


def _mistake(share: float) -> tuple[str | None, str | None]:
    return (None, None) if share == 1 else ("wrong_sign", "The sign is wrong: minus, not plus.")


def released_notebook(unit: Unit) -> nbformat.NotebookNode:
    """What students get of a unit: for each task an exercise and its check, and a question."""
    cells = [new_markdown_cell("# A unit", id="title")]
    for name, points in unit.task_points:
        short = name.split("/")[1]
        cells.append(_cell(new_code_cell(STUB, id=short), short, solution=True))
        check = new_code_cell(f'check("{name}", answer)', id=f"check-{short}")
        cells.append(_cell(check, f"check-{short}", grade=True, locked=True, points=points))
    question = new_markdown_cell("YOUR ANSWER HERE", id="question-why")
    cells.append(_cell(question, "question-why", grade=True, solution=True, points=2))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _cell(
    cell: nbformat.NotebookNode,
    grade_id: str,
    *,
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    points: float | None = None,
) -> nbformat.NotebookNode:
    cell.metadata["nbgrader"] = nbformat.NotebookNode(
        grade=grade,
        solution=solution,
        locked=locked,
        task=False,
        grade_id=grade_id,
        schema_version=3,
        cell_type=cell.cell_type,
    )
    if points is not None:
        cell.metadata.nbgrader["points"] = points
    cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
    return cell
