"""Final marks out of nbgrader's gradebook: table, CSV, class page and feedback read them here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
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
from sqlalchemy.orm import joinedload, selectinload

from autograder.gradebook.final_mark import FinalMark

CHECK = "check-"


def final_mark(notebook: SubmittedNotebook) -> FinalMark:
    """The mark of one submitted notebook of an open gradebook."""
    tasks: dict[str, float | None] = {}
    by_hand = by_hand_max = 0.0
    waiting, corrected = [], set()
    for grade in notebook.grades:
        if grade.cell.cell_type == "code":
            graded = grade.auto_score is not None or grade.manual_score is not None
            name = grade.name.removeprefix(CHECK)
            tasks[name] = float(grade.score) if graded else None
            if grade.manual_score is not None:
                corrected.add(name)
        else:
            by_hand += float(grade.score)
            by_hand_max += float(grade.max_score)
            if grade.needs_manual_grade:
                waiting.append(str(grade.name))
    return FinalMark(
        tasks,
        by_hand,
        by_hand_max,
        tuple(waiting),
        penalty=float(notebook.late_submission_penalty or 0.0),
        seconds_late=float(notebook.assignment.total_seconds_late),
        max_points=float(notebook.max_score),
        due=notebook.assignment.duedate,
        corrected=frozenset(corrected),
        score=float(notebook.score),
        cells={one.name: (float(one.score), float(one.max_score)) for one in notebook.grades},
        comments={comment.name: comment.comment for comment in notebook.comments},
        shown=_digest(notebook),
        submission=str(notebook.id),
    )


def final_marks(
    gradebook: Gradebook, assignment: str, notebook: str, students: Collection[str] | None = None
) -> dict[str, FinalMark]:
    """The marks of these students' submissions (default: of all), by student."""
    found = submitted_notebooks(gradebook, assignment, notebook).options(
        selectinload(SubmittedNotebook.grades).joinedload(Grade.cell),
        selectinload(SubmittedNotebook.comments).joinedload(Comment.cell),
    )
    if students is not None:
        found = found.filter(SubmittedAssignment.student_id.in_(list(students)))
    return {str(one.assignment.student_id): final_mark(one) for one in found}


def submitted_notebooks(gradebook: Gradebook, assignment: str, notebook: str) -> Any:
    """A query for everybody's submissions of one notebook."""
    return (
        gradebook.db.query(SubmittedNotebook)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .filter(Assignment.name == assignment, Notebook.name == notebook)
        .options(joinedload(SubmittedNotebook.assignment))
    )


def find_final_mark(
    gradebook: Gradebook, student: str, assignment: str, notebook: str
) -> FinalMark | None:
    """One student's mark; None if the gradebook has no such submission."""
    try:
        return final_mark(gradebook.find_submission_notebook(notebook, assignment, student))
    except MissingEntry:
        return None


def _digest(notebook: SubmittedNotebook) -> str:
    grades = sorted(
        (grade.name, float(grade.score), float(grade.max_score), bool(grade.needs_manual_grade))
        for grade in notebook.grades
    )
    comments = sorted((comment.name, comment.comment or "") for comment in notebook.comments)
    state = [grades, comments, notebook.late_submission_penalty]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()
