"""What stands in the gradebook for one submission."""

from __future__ import annotations

from nbgrader.api import Gradebook, MissingEntry


def leave_ungraded(db_url: str, student: str, assignment: str, notebook: str) -> None:
    """No mark in the gradebook: neither a zero nor that of an earlier submission."""
    with Gradebook(db_url) as gradebook:
        try:
            submitted = gradebook.find_submission_notebook(notebook, assignment, student)
        except MissingEntry:
            return
        for grade in submitted.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        gradebook.db.commit()
