"""`nbgrader export`: nbgrader's columns, with the status, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import ExportPlugin

from autograder.gradebook.final_mark import status_with
from autograder.rendering.text import spreadsheet_cell

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score", "status",
)  # fmt: skip
UNGRADED = "not graded"


class MarksExportPlugin(ExportPlugin):
    """A row for each student and assignment, as nbgrader's own CSV has it, and the status.

    Where the grader failed, or nobody has read an answer yet, the score is left empty: it is no
    zero.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the marks to `--to`, else to grades.csv."""
        path = self.to or "grades.csv"
        assignments, students = set(map(str, self.assignment)), set(map(str, self.student))
        self.log.info("Exporting grades to %s", path)
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for assignment in gradebook.assignments:
                if assignments and assignment.name not in assignments:
                    continue
                for student in gradebook.students:
                    if not students or student.id in students:
                        row = _row(gradebook, assignment, student)
                        writer.writerow({name: spreadsheet_cell(row[name]) for name in COLUMNS})


def _row(gradebook: Gradebook, assignment: Assignment, student: Student) -> dict[str, Any]:
    row = {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "timestamp": None,
        "student_id": student.id,
        "last_name": student.last_name,
        "first_name": student.first_name,
        "email": student.email,
        "raw_score": 0.0,
        "late_submission_penalty": 0.0,
        "score": 0.0,
        "max_score": assignment.max_score,
        "status": "missing",
    }
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return row
    row["timestamp"] = submission.timestamp
    row["status"] = _status(submission)
    if row["status"] == UNGRADED or submission.needs_manual_grade:
        return row | {"raw_score": None, "late_submission_penalty": None, "score": None}
    penalty = submission.late_submission_penalty or 0.0
    row["raw_score"] = submission.score
    row["late_submission_penalty"] = penalty
    row["score"] = max(0.0, submission.score - penalty)
    return row


def _status(submission: Any) -> str:
    """The grader's status, from the gradebook alone.

    A check cell without a score, the grader's or an instructor's, makes a submission ungraded; the
    grader's remarks stand in nbgrader's comments.
    """
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    automatic = [grade for grade in grades if grade.cell.cell_type == "code"]
    if any(grade.auto_score is None and grade.manual_score is None for grade in automatic):
        return UNGRADED
    comments = [comment for notebook in submission.notebooks for comment in notebook.comments]
    said = (str(comment.auto_comment or "") for comment in comments)
    statuses = (text for text in said if text.startswith("Status: "))
    status = next(statuses, "Status: ok").split(" – ")[0].removeprefix("Status: ")
    return status_with(status, submission.needs_manual_grade)
