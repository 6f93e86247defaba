"""What the gradebook has of a class already, read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nbgrader.api import BaseCell, Grade, Gradebook, MissingEntry, SubmittedNotebook

from autograder.gradebook.final_marks import CHECK, submitted_notebooks
from autograder.results import Result


@dataclass(frozen=True)
class Held:
    """One submission as it is in the gradebook.

    scores: automatic points by the names of cells. lateness: it is late, or has a penalty.
    """

    scores: Mapping[str, float | None]
    handed_in_at: datetime | None
    lateness: bool

    def has(self, result: Result) -> bool:
        """Whether these are exactly the points of this result."""
        return all(
            self.scores.get(f"{CHECK}{task.task.rsplit('/', 1)[-1]}") == task.points
            for task in result.tasks
        )


def held(gradebook: Gradebook, assignment: str, notebook: str) -> dict[str, Held]:
    """Everybody's submission, by student."""
    try:
        gradebook.find_notebook(notebook, assignment)
    except MissingEntry:
        return {}
    scores: dict[str, dict[str, float | None]] = {}
    found = gradebook.db.query(Grade.notebook_id, BaseCell.name, Grade.auto_score).join(
        BaseCell, Grade.cell_id == BaseCell.id
    )
    for of_notebook, name, score in found:
        scores.setdefault(of_notebook, {})[name] = score
    return {
        str(one.assignment.student_id): Held(
            scores.get(one.id, {}), one.assignment.timestamp, _is_late(one)
        )
        for one in submitted_notebooks(gradebook, assignment, notebook)
    }


def _is_late(notebook: SubmittedNotebook) -> bool:
    return bool(notebook.late_submission_penalty) or notebook.assignment.total_seconds_late > 0
