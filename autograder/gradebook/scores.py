"""What stands in the gradebook for one submission."""

from __future__ import annotations

from nbgrader.api import MissingEntry

from autograder.gradebook.address import Address
from autograder.gradebook.final_marks import CHECK
from autograder.results import Result


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


def holds(address: Address, student: str, assignment: str, result: Result) -> bool:
    """Whether the gradebook has exactly the points of this result."""
    expected = {f"{CHECK}{task.task.rsplit('/', 1)[-1]}": task.points for task in result.tasks}
    with address.open() as gradebook:
        try:
            submitted = gradebook.find_submission_notebook(result.unit, assignment, student)
        except MissingEntry:
            return False
        scores = {grade.name: grade.auto_score for grade in submitted.grades}
    return all(scores.get(name) == points for name, points in expected.items())
