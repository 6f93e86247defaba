"""The one final mark: automatic points and those given by hand, less the penalty for lateness."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

#: The status of a submission with an answer that nobody has read yet.
TO_GRADE = "to grade by hand"


def status_with(status: str, to_grade: int) -> str:
    """A submission's status, and whether answers of it are still to be graded by hand."""
    if not to_grade:
        return status
    return TO_GRADE if status == "ok" else f"{status} and {TO_GRADE}"


@dataclass(frozen=True)
class FinalMark:
    """A submission's mark as it stands in the gradebook.

    tasks: points of each programming task by its short name, None where there is no mark.
    by_hand: points of the answers in words read so far. waiting: those that nobody has read yet.
    due: when it was due for this student, in UTC. corrected: tasks whose points were set by hand.
    score: the points as nbgrader adds them up, before the penalty. cells: points and the most
    that there are, by the names of cells; comments: likewise. shown: a digest of
    everything that a feedback page shows of the gradebook. submission: its id in the formgrader.
    """

    tasks: Mapping[str, float | None]
    by_hand: float
    by_hand_max: float
    waiting: tuple[str, ...]
    penalty: float
    seconds_late: float
    max_points: float
    due: datetime | None = None
    corrected: frozenset[str] = frozenset()
    score: float = 0.0
    cells: Mapping[str, tuple[float, float]] = field(repr=False, default_factory=dict)
    comments: Mapping[str, str | None] = field(repr=False, default_factory=dict)
    shown: str = field(repr=False, default="")
    submission: str = field(repr=False, default="")

    @property
    def to_grade(self) -> int:
        """How many answers are still to be graded by hand."""
        return len(self.waiting)

    @property
    def automatic(self) -> float | None:
        """The points of the programming tasks together; None where one has no mark."""
        points = [earned for earned in self.tasks.values() if earned is not None]
        return sum(points) if len(points) == len(self.tasks) else None

    @property
    def final(self) -> float | None:
        """What counts, so far if answers are to be graded; None where a task has no mark."""
        automatic = self.automatic
        return None if automatic is None else max(0.0, automatic + self.by_hand - self.penalty)

    def page_key(self, result_key: str) -> str:
        """A name for what a feedback page shows: a result, and what the gradebook adds to it."""
        return hashlib.sha256(f"{result_key} {self.shown}".encode()).hexdigest()[:32]
