"""What a graded notebook puts into the gradebook: points and comments, as nbgrader reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution

from autograder.units import Unit

NO_RESPONSE = "No response."


class Marks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By the names of cells: points, None where somebody has to read the answer; and comments."""

    scores: dict[str, float | None]
    comments: dict[str, str | None]


class Entry(msgspec.Struct, frozen=True):
    """What is new of one student: when it was handed in, and marks if it was graded anew."""

    handed_in_at: datetime | None
    marks: Marks | None = None


def marks_of(notebook: NotebookNode, remark: str | None) -> Marks:
    """The marks of a notebook that shows its results; a remark goes to the first answer."""
    scores, comments = {}, {}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if is_grade(cell):
            scores[name], _ = determine_grade(cell)
        if is_solution(cell):
            untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            comments[name] = NO_RESPONSE if untouched else None
    if remark and comments:
        comments[next(iter(comments))] = remark
    return Marks(scores, comments)


def enter(gradebook: Gradebook, unit: Unit, entries: Mapping[str, Entry], parent: Any) -> None:
    """Put the entries of several students into the gradebook, in one transaction.

    Marks and comments given by hand stay. parent: whose configuration says how lateness is
    punished. Raises SQLAlchemyError, and then nothing is changed.
    """
    db = gradebook.db
    try:
        assignment = gradebook.find_assignment(unit.assignment)
        submitted = _submitted(gradebook, assignment, entries)
        for student in entries:
            if student not in submitted:
                submitted[student] = _new_submission(gradebook, assignment, student)
        db.flush()
        for student, entry in entries.items():
            submitted[student].timestamp = entry.handed_in_at
            if entry.marks is not None:
                _put(_notebook(submitted[student], unit), entry.marks)
        db.flush()
        for student in entries:
            _punish(gradebook, submitted[student], _notebook(submitted[student], unit), parent)
        db.commit()
    except BaseException:
        db.rollback()
        raise


def _submitted(
    gradebook: Gradebook, assignment: Assignment, students: Iterable[str]
) -> dict[str, SubmittedAssignment]:
    found = gradebook.db.query(SubmittedAssignment).filter(
        SubmittedAssignment.assignment_id == assignment.id,
        SubmittedAssignment.student_id.in_(list(students)),
    )
    return {str(one.student_id): one for one in found}


def _new_submission(gradebook: Gradebook, assignment: Assignment, name: str) -> SubmittedAssignment:
    """A submission with a place for each grade and comment, as nbgrader makes it."""
    db = gradebook.db
    with db.no_autoflush:
        student = db.get(Student, name) or Student(id=name)
        submission = SubmittedAssignment(assignment=assignment, student=student)
        for notebook in assignment.notebooks:
            empty = SubmittedNotebook(notebook=notebook, assignment=submission)
            for cell in (*notebook.grade_cells, *notebook.task_cells):
                Grade(cell_id=cell.id, notebook=empty)
            for cell in (*notebook.solution_cells, *notebook.task_cells):
                Comment(cell_id=cell.id, notebook=empty)
        db.add(submission)
    return submission


def _notebook(submission: SubmittedAssignment, unit: Unit) -> SubmittedNotebook:
    return next(one for one in submission.notebooks if one.name == unit.name)


def _put(notebook: SubmittedNotebook, marks: Marks) -> None:
    """The automatic part of grades and comments; a mark given by hand has to be looked at again."""
    for grade in notebook.grades:
        if grade.name in marks.scores:
            grade.auto_score = marks.scores[grade.name]
            by_hand = grade.manual_score is not None or grade.auto_score is None
            grade.needs_manual_grade = by_hand
    for comment in notebook.comments:
        if comment.name in marks.comments:
            comment.auto_comment = marks.comments[comment.name]


def _punish(
    gradebook: Gradebook, submission: SubmittedAssignment, notebook: SubmittedNotebook, parent: Any
) -> None:
    """The penalty that nbgrader's plugin gives to a late submission; none to any other."""
    penalty = None
    if submission.total_seconds_late > 0:
        gradebook.db.refresh(notebook, ["score"])
        penalties = AssignLatePenalties(parent=parent)
        penalties.init_plugin()
        penalty = penalties.plugin_inst.late_submission_penalty(
            submission.student.id, notebook.score, submission.total_seconds_late
        )
        if penalty is not None:
            penalty = penalties._check_late_penalty(notebook, penalty)
    if notebook.late_submission_penalty != penalty:
        notebook.late_submission_penalty = penalty
