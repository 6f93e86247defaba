"""The result of grading a submission: its tasks, their checks, the trained agent's score."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum


class Status(str, Enum):
    """How the grading of a submission ended. Never mixed up with its points."""

    OK = "ok"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    PROTOCOL = "protocol"
    TOO_MUCH_OUTPUT = "too much output"
    INVALID_NOTEBOOK = "invalid notebook"
    MISSING = "missing"
    #: The grader failed while it trained the agent: the tasks' points are marks, the agent's none.
    AGENT_ERROR = "agent not graded"
    GRADER_ERROR = "grader error"

    @property
    def is_final(self) -> bool:
        """Whether grading once more would give the same: not where the grader itself failed."""
        return self not in (Status.AGENT_ERROR, Status.GRADER_ERROR)


def short_name(task: str) -> str:
    """A task's name within its unit: `forward` of `policy_network/forward`."""
    return task.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class CheckResult:
    """One check of a task: passed, or the likely mistake and what to try next.

    message: a `Message`, wherever a check or the grader made it. note: a failed check that costs
    no points is a remark, not a mistake.
    """

    check: str
    passed: bool
    mistake: str | None = None
    message: str | None = None
    note: bool = False


@dataclass(frozen=True)
class TaskResult:
    """The points a task earned, and why."""

    task: str
    points: float
    max_points: float
    checks: tuple[CheckResult, ...] = ()


@dataclass(frozen=True)
class EvaluationResult:
    """The trained agent's score, measured in the grader's own environment.

    `mean` is that of the best training, over `episodes` greedy episodes, and None if the agent
    could not be trained. `scores` are those of each training tried, `curve` the training scores.
    """

    episodes: int
    mean: float | None
    threshold: float
    seeds: tuple[int, ...]
    scores: tuple[float, ...] = ()
    curve: tuple[float, ...] = ()


@dataclass(frozen=True)
class Result:
    """The whole record of one graded submission."""

    unit: str
    status: Status
    tasks: tuple[TaskResult, ...]
    evaluation: EvaluationResult | None = None
    seconds: float = 0.0
    message: str | None = None
    warnings: tuple[str, ...] = field(default=())
    sandboxed: bool = True

    @property
    def points(self) -> float:
        """Points of all tasks together."""
        return sum(task.points for task in self.tasks)

    @property
    def max_points(self) -> float:
        """Points that a perfect submission earns."""
        return sum(task.max_points for task in self.tasks)

    def task(self, name: str) -> TaskResult:
        """The result of one task. Raises KeyError if the unit has no such task."""
        for task in self.tasks:
            if task.task == name:
                return task
        raise KeyError(name)

    def without_timing(self) -> Result:
        """The record without what differs from run to run: the time it took."""
        return replace(self, seconds=0.0)
