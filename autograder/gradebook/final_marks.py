"""Final marks out of nbgrader's gradebook: table, CSV, class page and feedback read them here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy.orm import joinedload

from autograder.gradebook.final_mark import FinalMark

CHECK = "check-"


@dataclass(frozen=True)
class _Cell:
    """A cell of the released notebook that is graded or may be commented."""

    name: str
    is_code: bool
    max_score: float


#: Rows of grades and of comments, by the submitted notebook that they belong to.
_Rows = Mapping[str, Sequence[Any]]


def final_marks(
    gradebook: Gradebook, assignment: str, notebook: str, students: Collection[str] | None = None
) -> dict[str, FinalMark]:
    """The marks of these students' submissions (default: of all), by student.

    nbgrader's objects ask the database again for each grade; three queries read a whole class.
    """
    try:
        cells = _cells(gradebook.find_notebook(notebook, assignment))
    except MissingEntry:
        return {}
    db = gradebook.db

    def chosen(found: Any) -> Any:
        found = _of_notebook(found, assignment, notebook)
        if students is None:
            return found
        return found.filter(SubmittedAssignment.student_id.in_(list(students)))

    grades = _by_notebook(
        chosen(
            db.query(
                Grade.notebook_id, Grade.cell_id, Grade.score,
                Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade,
            ).join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        )
    )  # fmt: skip
    comments = _by_notebook(
        chosen(
            db.query(Comment.notebook_id, Comment.cell_id, Comment.comment).join(
                SubmittedNotebook, Comment.notebook_id == SubmittedNotebook.id
            )
        )
    )
    submitted = chosen(db.query(SubmittedNotebook)).options(
        joinedload(SubmittedNotebook.assignment).joinedload(SubmittedAssignment.assignment)
    )
    return {
        str(one.assignment.student_id): _final_mark(one, cells, grades, comments)
        for one in submitted
    }


def submitted_notebooks(gradebook: Gradebook, assignment: str, notebook: str) -> Any:
    """A query for everybody's submissions of one notebook."""
    found = gradebook.db.query(SubmittedNotebook)
    return _of_notebook(found, assignment, notebook).options(
        joinedload(SubmittedNotebook.assignment)
    )


def find_final_mark(
    gradebook: Gradebook, student: str, assignment: str, notebook: str
) -> FinalMark | None:
    """One student's mark; None if the gradebook has no such submission."""
    return final_marks(gradebook, assignment, notebook, [student]).get(student)


def _of_notebook(found: Any, assignment: str, notebook: str) -> Any:
    """Of a query that has submitted notebooks: only those of one notebook."""
    return (
        found.join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .filter(Assignment.name == assignment, Notebook.name == notebook)
    )


def _cells(notebook: Notebook) -> dict[str, _Cell]:
    """The cells of a released notebook by their ids in the database."""
    graded = [*notebook.grade_cells, *notebook.task_cells]
    cells = {cell.id: _Cell(str(cell.name), False, 0.0) for cell in notebook.solution_cells}
    return cells | {
        cell.id: _Cell(str(cell.name), cell.cell_type == "code", float(cell.max_score or 0.0))
        for cell in graded
    }


def _by_notebook(rows: Iterable[Any]) -> dict[str, list[Any]]:
    sorted_rows: dict[str, list[Any]] = {}
    for row in rows:
        sorted_rows.setdefault(row.notebook_id, []).append(row)
    return sorted_rows


def _final_mark(
    notebook: SubmittedNotebook, cells: Mapping[str, _Cell], grades: _Rows, comments: _Rows
) -> FinalMark:
    """The mark of one submitted notebook."""
    tasks: dict[str, float | None] = {}
    by_hand = by_hand_max = 0.0
    waiting, corrected = [], set()
    of_cells: dict[str, tuple[float, float]] = {}
    state = []
    for grade in grades.get(notebook.id, ()):
        cell = cells[grade.cell_id]
        score = float(grade.score)
        of_cells[cell.name] = (score, cell.max_score)
        state.append((cell.name, score, cell.max_score, bool(grade.needs_manual_grade)))
        if cell.is_code:
            graded = grade.auto_score is not None or grade.manual_score is not None
            name = cell.name.removeprefix(CHECK)
            tasks[name] = score if graded else None
            if grade.manual_score is not None:
                corrected.add(name)
        else:
            by_hand += score
            by_hand_max += cell.max_score
            if grade.needs_manual_grade:
                waiting.append(cell.name)
    said = {cells[one.cell_id].name: one.comment for one in comments.get(notebook.id, ())}
    return FinalMark(
        tasks,
        by_hand,
        by_hand_max,
        tuple(waiting),
        penalty=float(notebook.late_submission_penalty or 0.0),
        seconds_late=float(notebook.assignment.total_seconds_late),
        max_points=fsum(cell.max_score for cell in cells.values()),
        due=notebook.assignment.duedate,
        corrected=frozenset(corrected),
        score=fsum(score for score, _ in of_cells.values()),
        cells=of_cells,
        comments=said,
        shown=_digest(state, said, notebook.late_submission_penalty),
        submission=str(notebook.id),
    )


def _digest(
    grades: list[tuple[str, float, float, bool]],
    comments: Mapping[str, str | None],
    penalty: float | None,
) -> str:
    said = sorted((name, comment or "") for name, comment in comments.items())
    return hashlib.sha256(json.dumps([sorted(grades), said, penalty]).encode()).hexdigest()
