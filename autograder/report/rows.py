"""The class as rows: what table, CSV and page show of each student."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.agents.verdict import AGENT_ERROR
from autograder.checks.judge import NOT_REACHED, NOT_SOLVED
from autograder.gradebook.final_mark import FinalMark
from autograder.rendering.text import number
from autograder.results import CheckResult, Result, Status, TaskResult
from autograder.units import Unit

#: What no student did wrong.
NO_MISTAKES = (None, NOT_REACHED, NOT_SOLVED, AGENT_ERROR)


@dataclass(frozen=True)
class Row:
    """One student's result, and the feedback page if there is one."""

    student: str
    result: Result
    feedback: Path | None = None
    mark: FinalMark | None = None

    @property
    def has_mark(self) -> bool:
        """Whether the points are a mark: not if the grader itself failed."""
        return self.result.status is not Status.GRADER_ERROR

    @property
    def points(self) -> tuple[float | None, ...]:
        """The points of each task, as they count; None where there is no mark."""
        if not self.has_mark:
            return (None,) * len(self.result.tasks)
        counted = {} if self.mark is None else self.mark.tasks
        return tuple(
            counted.get(task.task.rsplit("/", 1)[-1], task.points) for task in self.result.tasks
        )

    @property
    def automatic(self) -> float | None:
        """The points of all tasks together; None if there is no mark."""
        points = [earned for earned in self.points if earned is not None]
        return sum(points) if len(points) == len(self.points) else None

    @property
    def total(self) -> float | None:
        """The final mark, automatic + by hand - penalty; None if there is none."""
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


@dataclass(frozen=True)
class TaskSummary:
    """A task in the class: its points, their mean, and how many have all of them, some or none.

    Who did not try it is counted by itself.
    """

    name: str
    most: float
    mean: float
    complete: int
    partly: int
    wrong: int
    not_solved: int


@dataclass(frozen=True)
class Mistake:
    """A failed check, and how many students failed it in this way."""

    task: str
    check: str
    mistake: str
    message: str
    students: int


@dataclass(frozen=True)
class ClassReport:
    """A unit's results of the whole class."""

    unit: Unit
    rows: tuple[Row, ...]

    @classmethod
    def of(
        cls,
        unit: Unit,
        results: Mapping[str, Result],
        feedback: Mapping[str, Path] | None = None,
        marks: Mapping[str, FinalMark] | None = None,
    ) -> ClassReport:
        """The class in order of the students' ids, with the final marks of the gradebook."""
        pages, final = feedback or {}, marks or {}
        rows = (
            Row(name, results[name], pages.get(name), final.get(name)) for name in sorted(results)
        )
        return cls(unit, tuple(rows))

    @property
    def tasks(self) -> tuple[tuple[str, float], ...]:
        """Each task's short name and its points."""
        return tuple((name.rsplit("/", 1)[-1], points) for name, points in self.unit.task_points)

    @property
    def by_hand_max(self) -> float:
        """The points of the questions that are graded by hand."""
        return max((row.mark.by_hand_max for row in self.rows if row.mark), default=0.0)

    @property
    def max_points(self) -> float:
        """The points of a perfect submission, by hand included."""
        most = self.unit.max_points
        return max((row.mark.max_points for row in self.rows if row.mark), default=most)

    @property
    def to_grade(self) -> int:
        """How many answers of the whole class are still to be graded by hand."""
        return sum(row.to_grade for row in self.rows)

    @property
    def any_late(self) -> bool:
        """Whether anybody handed in late, or has a penalty for it."""
        return any(row.late or row.penalty for row in self.rows)

    @property
    def statuses(self) -> dict[str, int]:
        """How many students have each status."""
        return dict(Counter(row.result.status.value for row in self.rows).most_common())

    @property
    def unsafe(self) -> int:
        """How many results were made without the sandbox."""
        return sum(not row.result.sandboxed for row in self.rows)

    @property
    def marked(self) -> list[Row]:
        """The rows with marks for something handed in that could be read."""
        nothing = (Status.MISSING, Status.INVALID_NOTEBOOK, Status.GRADER_ERROR)
        return [row for row in self.rows if row.result.status not in nothing]

    def summaries(self) -> list[TaskSummary]:
        """Each task as the class did it."""
        summaries = []
        for index, (name, most) in enumerate(self.tasks):
            tasks = [row.result.tasks[index] for row in self.marked]
            earned = [row.points[index] or 0.0 for row in self.marked]
            summaries.append(
                TaskSummary(
                    name,
                    most,
                    mean=sum(earned) / len(earned) if earned else 0.0,
                    complete=sum(points >= most for points in earned),
                    partly=sum(0 < points < most for points in earned),
                    wrong=sum(task.points <= 0 and not _is_not_solved(task) for task in tasks),
                    not_solved=sum(map(_is_not_solved, tasks)),
                )
            )
        return summaries

    def mistakes(self, most: int = 15) -> list[Mistake]:
        """The failed checks that most students share; what was never tried is left out."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for row in self.rows:
            if row.result.status in (Status.MISSING, Status.INVALID_NOTEBOOK, Status.GRADER_ERROR):
                continue
            for task in row.result.tasks:
                for check in task.checks:
                    if _is_mistake(check):
                        place = (task.task.rsplit("/", 1)[-1], check.check, str(check.mistake))
                        found.setdefault(place, []).append(check.message or "")
        ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        return [
            Mistake(*place, message=Counter(messages).most_common(1)[0][0], students=len(messages))
            for place, messages in ranked[:most]
        ]


def _is_mistake(check: CheckResult) -> bool:
    """Whether a student made a mistake here: tried it, failed it, and lost points by it."""
    return check.mistake not in NO_MISTAKES and not check.passed and not check.note


def duration(seconds: float) -> str:
    """A time span as people say it: 5 min, 30 h, 3 days; empty for none."""
    if seconds <= 0:
        return ""
    minutes = max(1, round(seconds / 60))
    if minutes < 120:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"


def _is_not_solved(task: TaskResult) -> bool:
    return any(check.mistake == NOT_SOLVED for check in task.checks)
