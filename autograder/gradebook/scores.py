"""What stands in the gradebook for one submission."""

from __future__ import annotations

from nbgrader.api import MissingEntry

from autograder.gradebook.address import Address


def leave_ungraded(address: Address, student: str, assignment: str, notebook: str) -> None:
    """No mark in the gradebook: neither a zero nor that of an earlier submission."""
    with address.open() as gradebook:
        try:
            submitted = gradebook.find_submission_notebook(notebook, assignment, student)
        except MissingEntry:
            return
        for grade in submitted.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        gradebook.db.commit()
