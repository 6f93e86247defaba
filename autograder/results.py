"""What grading a submission yields: one record, written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any


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
    GRADER_ERROR = "grader error"


@dataclass(frozen=True)
class CheckResult:
    """One check of a task: passed, or the likely mistake and what to try next."""

    check: str
    passed: bool
    mistake: str | None = None
    message: str | None = None


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

    def as_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        record = asdict(self)
        record["status"] = self.status.value
        record["points"] = self.points
        record["max_points"] = self.max_points
        return record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Result:
        """Read a record written by `as_json`. Raises KeyError or TypeError if it is none."""
        evaluation = record["evaluation"]
        return cls(
            unit=record["unit"],
            status=Status(record["status"]),
            tasks=tuple(_task_from_json(task) for task in record["tasks"]),
            evaluation=None if evaluation is None else _evaluation_from_json(evaluation),
            seconds=record["seconds"],
            message=record["message"],
            warnings=tuple(record["warnings"]),
            sandboxed=record["sandboxed"],
        )


def write_result(result: Result, path: Path) -> None:
    """Write the record whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(result.as_json(), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_result(path: Path) -> Result | None:
    """Read a record, or None if there is none (or an unreadable one) at that path."""
    try:
        return Result.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _task_from_json(record: dict[str, Any]) -> TaskResult:
    checks = tuple(CheckResult(**check) for check in record["checks"])
    return TaskResult(record["task"], record["points"], record["max_points"], checks)


def _evaluation_from_json(record: dict[str, Any]) -> EvaluationResult:
    lists = {name: tuple(record[name]) for name in ("seeds", "scores", "curve")}
    return EvaluationResult(
        episodes=record["episodes"],
        mean=record["mean"],
        threshold=record["threshold"],
        **lists,
    )
