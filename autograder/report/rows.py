"""The class as rows: what table, CSV and page show of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.checks.judge import NOT_SOLVED
from autograder.gradebook.final_mark import FinalMark
from autograder.report.frequent_mistakes import Mistake, mistakes
from autograder.report.row import Row
from autograder.results import Result, TaskResult, short_name
from autograder.units import Unit


@dataclass(frozen=True)
class TaskSummary:
    """A task in the class: its points, their mean, and how many have all of them, some or none.

    Who did not try it is counted by itself. pass_rate: the share of those who have all points.
    """

    name: str
    most: float
    mean: float
    complete: int
    partly: int
    wrong: int
    not_solved: int
    pass_rate: float


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
        names: Mapping[str, str] | None = None,
    ) -> ClassReport:
        """The class in order of the students' ids, with final marks and names of the gradebook."""
        pages, final, called = feedback or {}, marks or {}, names or {}
        rows = (
            Row(one, results[one], pages.get(one), final.get(one), called.get(one, ""))
            for one in sorted(results)
        )
        return cls(unit, tuple(rows))

    @property
    def named(self) -> bool:
        """Whether the roster has names."""
        return any(row.name for row in self.rows)

    @property
    def tasks(self) -> tuple[tuple[str, float], ...]:
        """Each task's short name and its points."""
        return tuple((short_name(name), points) for name, points in self.unit.task_points)

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
        return dict(Counter(row.status for row in self.rows).most_common())

    @property
    def unsafe(self) -> int:
        """How many results were made without the sandbox."""
        return sum(not row.result.sandboxed for row in self.rows)

    @property
    def marked(self) -> list[Row]:
        """The rows with marks for something handed in that could be read."""
        return [row for row in self.rows if row.handed_in]

    def summaries(self) -> list[TaskSummary]:
        """Each task as the class did it."""
        summaries = []
        for index, (name, most) in enumerate(self.tasks):
            tasks = [row.result.tasks[index] for row in self.marked]
            earned = [row.points[index] or 0.0 for row in self.marked]
            complete = sum(points >= most for points in earned)
            summaries.append(
                TaskSummary(
                    name,
                    most,
                    mean=sum(earned) / len(earned) if earned else 0.0,
                    complete=complete,
                    partly=sum(0 < points < most for points in earned),
                    wrong=sum(task.points <= 0 and not _is_not_solved(task) for task in tasks),
                    not_solved=sum(map(_is_not_solved, tasks)),
                    pass_rate=complete / len(earned) if earned else 0.0,
                )
            )
        return summaries

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """Every mistake of the class, the most frequent first."""
        return mistakes(self.marked)


def _is_not_solved(task: TaskResult) -> bool:
    return any(check.mistake == NOT_SOLVED for check in task.checks)
