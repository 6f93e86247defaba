"""The class as rows: what table, CSV and page show of each student."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.checks.judge import NOT_REACHED, NOT_SOLVED
from autograder.results import CheckResult, Result, Status, TaskResult
from autograder.units import Unit


@dataclass(frozen=True)
class Row:
    """One student's result, and the feedback page if there is one."""

    student: str
    result: Result
    feedback: Path | None = None

    @property
    def has_mark(self) -> bool:
        """Whether the points are a mark: not if the grader itself failed."""
        return self.result.status is not Status.GRADER_ERROR

    @property
    def points(self) -> tuple[float | None, ...]:
        """The points of each task; None where there is no mark."""
        return tuple(task.points if self.has_mark else None for task in self.result.tasks)

    @property
    def total(self) -> float | None:
        """The points together; None if there is no mark."""
        return self.result.points if self.has_mark else None

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
        cls, unit: Unit, results: Mapping[str, Result], feedback: Mapping[str, Path] | None = None
    ) -> ClassReport:
        """The class in order of the students' ids."""
        pages = feedback or {}
        rows = (Row(name, results[name], pages.get(name)) for name in sorted(results))
        return cls(unit, tuple(rows))

    @property
    def tasks(self) -> tuple[tuple[str, float], ...]:
        """Each task's short name and its points."""
        return tuple((name.rsplit("/", 1)[-1], points) for name, points in self.unit.task_points)

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
        """The rows with marks for something handed in."""
        nothing = (Status.MISSING, Status.GRADER_ERROR)
        return [row for row in self.rows if row.result.status not in nothing]

    def summaries(self) -> list[TaskSummary]:
        """Each task as the class did it."""
        summaries = []
        for index, (name, most) in enumerate(self.tasks):
            tasks = [row.result.tasks[index] for row in self.marked]
            earned = [task.points for task in tasks]
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
    tried = check.mistake not in (None, NOT_REACHED, NOT_SOLVED)
    return tried and not check.passed and not check.note


def _is_not_solved(task: TaskResult) -> bool:
    return any(check.mistake == NOT_SOLVED for check in task.checks)
