"""One student of a class: what table, CSV and pages show of a result and its mark."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.gradebook.final_mark import TO_GRADE, FinalMark, status_with
from autograder.rendering.text import number
from autograder.results import Result, Status, short_name


@dataclass(frozen=True)
class Row:
    """One student's result, and the feedback page if there is one.

    name: as the roster has it, empty if it has none.
    """

    student: str
    result: Result
    feedback: Path | None = None
    mark: FinalMark | None = None
    name: str = ""

    @property
    def has_mark(self) -> bool:
        """Whether the points are a mark: not if the grader itself failed."""
        return self.result.status is not Status.GRADER_ERROR

    @property
    def handed_in(self) -> bool:
        """Whether something was handed in that could be read and graded."""
        nothing = (Status.MISSING, Status.INVALID_NOTEBOOK, Status.GRADER_ERROR)
        return self.result.status not in nothing

    @property
    def points(self) -> tuple[float | None, ...]:
        """The points of each task, as they count; None where there is no mark."""
        if not self.has_mark:
            return (None,) * len(self.result.tasks)
        counted = {} if self.mark is None else self.mark.tasks
        return tuple(counted.get(short_name(task.task), task.points) for task in self.result.tasks)

    @property
    def automatic(self) -> float | None:
        """The points of all tasks together; None if there is no mark."""
        points = [earned for earned in self.points if earned is not None]
        return sum(points) if len(points) == len(self.points) else None

    @property
    def status(self) -> str:
        """The result's status, and whether answers are still to be graded by hand."""
        return status_with(self.result.status.value, self.to_grade if self.handed_in else 0)

    @property
    def standing(self) -> str:
        """Whether the mark is final; empty if there is none."""
        if self.to_grade:
            return TO_GRADE
        return "" if self.total is None else "final"

    @property
    def final(self) -> float | None:
        """The final mark; None if there is none, or none yet."""
        return None if self.to_grade else self.total

    @property
    def shown(self) -> str:
        """The final mark as text; with a star what there is without the answers to be graded."""
        star = "*" if self.to_grade else ""
        return "–" if self.total is None else f"{number(self.total)}{star}"

    @property
    def total(self) -> float | None:
        """Automatic + by hand - penalty, as far as it is graded; None if there is no mark."""
        if not self.has_mark or self.mark is None:
            return self.automatic
        return self.mark.final

    @property
    def by_hand(self) -> str:
        """The points of the answers in words, and how many are still to be graded."""
        mark = self.mark
        if mark is None or not mark.by_hand_max:
            return ""
        open_ones = f"{mark.to_grade} to grade" if mark.to_grade else ""
        graded = "" if mark.to_grade and not mark.by_hand else number(mark.by_hand)
        return ", ".join(filter(None, (graded, open_ones)))

    @property
    def to_grade(self) -> int:
        """How many answers are still to be graded by hand."""
        return 0 if self.mark is None else self.mark.to_grade

    @property
    def late(self) -> str:
        """How late it was handed in, in words; empty if it was in time."""
        return "" if self.mark is None else duration(self.mark.seconds_late)

    @property
    def penalty(self) -> float:
        """The points that lateness costs."""
        return 0.0 if self.mark is None else self.mark.penalty

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the instructor should know: why the status is not ok, and every guess made."""
        message = self.result.message if self.result.status is not Status.OK else None
        return (*([message] if message else []), *self.result.warnings)

    @property
    def mean_score(self) -> float | None:
        """The trained agent's mean score, if it has one."""
        return None if self.result.evaluation is None else self.result.evaluation.mean


def duration(seconds: float) -> str:
    """A time span as people say it: 5 min, 30 h, 3 days; empty for none."""
    if seconds <= 0:
        return ""
    minutes = max(1, round(seconds / 60))
    if minutes < 120:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"
