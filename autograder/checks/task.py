"""A task: an exercise with its checks, each a question with points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from autograder.worker.interface import Student

CheckFunction = Callable[[Student, np.random.Generator], None]


@dataclass(frozen=True)
class Check:
    """One question to a student's answer, with the points it is worth."""

    name: str
    points: float
    ask: CheckFunction
    #: What must hold before the later checks of the task make sense.
    blocking: bool


@dataclass
class Task:
    """An exercise: a stable name, what it needs of the student, and its checks in order.

    requires: names of the student's classes and functions, in the order `check(...)` takes them.
    """

    name: str
    requires: tuple[str, ...]
    checks: list[Check] = field(default_factory=list)

    @property
    def points(self) -> float:
        """Points of all checks together."""
        return sum(check.points for check in self.checks)

    def check(
        self, name: str, points: float = 1, blocking: bool = False
    ) -> Callable[[CheckFunction], CheckFunction]:
        """Register the function below as a check of this task."""

        def register(ask: CheckFunction) -> CheckFunction:
            self.checks.append(Check(name, points, ask, blocking))
            return ask

        return register
