"""What is asked: tasks, their checks, and the mistakes that the checks name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from autograder.student import Student

CheckFunction = Callable[["Student", np.random.Generator], None]


class Wrong(Exception):
    """A check's verdict: the answer is wrong, most likely by this mistake."""

    def __init__(self, mistake: str, message: str) -> None:
        """mistake: its stable name. message: what it looks like, the likely cause, what to try."""
        super().__init__(message)
        self.mistake = mistake
        self.message = message


class WrongAnswer(NamedTuple):
    """What a typical mistake answers: its name, the values it leads to, and its message."""

    mistake: str
    values: np.ndarray
    message: str


@dataclass(frozen=True)
class Check:
    """One question to a student's answer, with the points it is worth."""

    name: str
    points: float
    ask: CheckFunction
    #: What must hold before the later checks of the task make sense.
    essential: bool


@dataclass
class Task:
    """An exercise: a stable name, what it needs of the student, and its checks in order.

    needs: names of the student's classes and functions, in the order `check(...)` takes them.
    """

    name: str
    needs: tuple[str, ...]
    checks: list[Check] = field(default_factory=list)

    @property
    def points(self) -> float:
        """Points of all checks together."""
        return sum(check.points for check in self.checks)

    def check(
        self, name: str, points: float = 1, essential: bool = False
    ) -> Callable[[CheckFunction], CheckFunction]:
        """Register the function below as a check of this task."""

        def register(ask: CheckFunction) -> CheckFunction:
            self.checks.append(Check(name, points, ask, essential))
            return ask

        return register


def expect(condition: bool, mistake: str, message: str) -> None:
    """Raise Wrong unless the condition holds."""
    if not condition:
        raise Wrong(mistake, message)


def expect_shape(actual: object, shape: tuple[int, ...], mistake: str, message: str) -> np.ndarray:
    """The answer as an array if it has this shape; raise Wrong with both shapes if not."""
    if not isinstance(actual, np.ndarray):
        raise Wrong(mistake, f"{message} It should be a tensor or array, not {_kind(actual)}.")
    if actual.shape != shape:
        raise Wrong(mistake, f"{message} The shape should be {shape}, yours is {actual.shape}.")
    return actual


def expect_close(
    actual: object,
    expected: np.ndarray,
    mistake: str,
    message: str,
    *,
    otherwise: Iterable[WrongAnswer] = (),
    tolerance: float = 1e-4,
) -> None:
    """Raise Wrong unless the answer equals the expected values within a tolerance.

    otherwise: known wrong answers; the first that fits tells the student what happened.
    """
    expected = np.asarray(expected, dtype=np.float64)
    values = expect_shape(_as_array(actual), expected.shape, mistake, message)
    if _close(values, expected, tolerance):
        return
    for typical in otherwise:
        wrong = np.asarray(typical.values, dtype=np.float64)
        if wrong.shape == values.shape and _close(values, wrong, tolerance):
            raise Wrong(typical.mistake, typical.message)
    raise Wrong(mistake, message)


def _as_array(value: object) -> object:
    return np.asarray(value, dtype=np.float64) if isinstance(value, (int, float)) else value


def _close(values: np.ndarray, expected: np.ndarray, tolerance: float) -> bool:
    return bool(
        np.all(np.isfinite(values))
        and np.allclose(values.astype(np.float64), expected, rtol=tolerance, atol=tolerance)
    )


def _kind(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"
