"""What a check expects of an answer, and the mistakes that it names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from autograder.messages import Message
from autograder.worker.interface import StudentObject


class CheckFailed(Exception):
    """A check's verdict: the answer is wrong, most likely because of this mistake."""

    def __init__(self, mistake: str, message: str) -> None:
        """mistake: its stable name. message: what it looks like, the likely cause, what to try.

        A message with numbers or names in it is a `Message`, never an f-string.
        """
        super().__init__(mistake, message)
        self.mistake = mistake
        self.message = Message.of(message)

    def __str__(self) -> str:
        return str(self.message)


class KnownMistake(NamedTuple):
    """What a typical mistake answers: its name, the values it leads to, and its message."""

    mistake: str
    values: np.ndarray
    message: str


def expect(condition: bool, mistake: str, message: str) -> None:
    """Raise CheckFailed unless the condition holds."""
    if not condition:
        raise CheckFailed(mistake, message)


def expect_shape(actual: object, shape: tuple[int, ...], mistake: str, message: str) -> np.ndarray:
    """The answer as an array if it has this shape; raise CheckFailed with both shapes if not."""
    if not isinstance(actual, np.ndarray):
        raise CheckFailed(mistake, Message.joined(message, _no_array(actual)))
    if actual.shape != shape:
        difference = Message(
            "The shape should be {expected}, yours is {actual}.",
            expected=shape,
            actual=actual.shape,
        )
        cause = _cause_of_shape(actual.shape, shape)
        raise CheckFailed(mistake, Message.joined(message, difference, cause))
    return actual


def single_number(value: object) -> object:
    """An array of a single number with the shape (), whatever its own; anything else as it is."""
    return value.reshape(()) if isinstance(value, np.ndarray) and value.size == 1 else value


def expect_close(
    actual: object,
    expected: np.ndarray,
    mistake: str,
    message: str,
    *,
    known_mistakes: Iterable[KnownMistake] = (),
    tolerance: float = 1e-4,
) -> None:
    """Raise CheckFailed unless the answer equals the expected values within a tolerance.

    known_mistakes: known wrong answers; the first that fits tells the student what happened.
    """
    expected = np.asarray(expected, dtype=np.float64)
    values = expect_shape(_as_array(actual), expected.shape, mistake, message)
    if _close(values, expected, tolerance):
        return
    name_known(values, known_mistakes, tolerance)
    raise CheckFailed(
        mistake, Message.joined(message, first_difference(values, expected, tolerance))
    )


def name_known(
    values: np.ndarray, known_mistakes: Iterable[KnownMistake], tolerance: float
) -> None:
    """Raise CheckFailed with the first of the known mistakes that leads to these values."""
    for typical in known_mistakes:
        wrong = np.asarray(typical.values, dtype=np.float64)
        if wrong.shape == values.shape and _close(values, wrong, tolerance):
            raise CheckFailed(typical.mistake, typical.message)


def first_difference(values: np.ndarray, expected: np.ndarray, tolerance: float) -> Message:
    """Where two arrays of one shape first differ, and both numbers there."""
    close = np.isclose(values.astype(np.float64), expected, rtol=tolerance, atol=tolerance)
    wrong = ~(close & np.isfinite(values))
    place = tuple(int(index) for index in np.argwhere(wrong)[0])
    right, found = float(expected[place]), float(values[place])
    if not place:
        return Message("It should be {right:.4g}, yours is {found:.4g}.", right=right, found=found)
    return Message(
        "The first number that differs: [{place}] should be {right:.4g}, yours is {found:.4g}.",
        place=", ".join(map(str, place)),
        right=right,
        found=found,
    )


def _cause_of_shape(actual: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """What leads to such a shape in the place of this one; empty if nothing is known."""
    if actual == (*expected, 1):
        return "The last dimension is one too many: .squeeze(-1) removes it."
    if len(expected) == 1 and actual == expected * 2 and expected[0] > 1:
        return (
            "Each number met each other one, so it became a table. Did a column of shape (n, 1) "
            "meet a row of shape (n,), or does an index like x[:, i] take whole columns?"
        )
    if actual == (1, *expected):
        return "The first dimension is one too many: what you were given is a batch already."
    if actual == () and expected:
        return "That is one number for all together: is something summed or averaged?"
    return ""


def _no_array(actual: object) -> Message:
    if actual is None:
        return Message("It should be a tensor or an array, not None: is a return missing?")
    kind = actual.kind if isinstance(actual, StudentObject) else type(actual).__name__
    return Message("It should be a tensor or an array, not a {kind}.", kind=kind)


def _as_array(value: object) -> object:
    return np.asarray(value, dtype=np.float64) if isinstance(value, (int, float)) else value


def _close(values: np.ndarray, expected: np.ndarray, tolerance: float) -> bool:
    return bool(
        np.all(np.isfinite(values))
        and np.allclose(values.astype(np.float64), expected, rtol=tolerance, atol=tolerance)
    )
