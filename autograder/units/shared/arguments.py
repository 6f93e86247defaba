"""Arguments that must be the same after a call as before: whoever gave them needs them again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks.expect import expect
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor


class Arguments:
    """Values that were put on the student's side, to be passed to a call.

    given: what to pass.
    """

    def __init__(self, student: Student, *values: object) -> None:
        self.given: list[StudentObject] = [student.put(value) for value in values]
        self._student = student
        self._before = self._now()

    def expect_unchanged(self, mistake: str, message: str, *networks: StudentObject) -> None:
        """Raise CheckFailed if a call has written into one of them.

        networks: what the call may have used; where one of these does it, that is another exercise.
        """
        expect(not self.changed or any(map(self._changed_by, networks)), mistake, message)

    @property
    def changed(self) -> bool:
        """Whether a call has written into one of them."""
        now = self._now()
        return len(now) != len(self._before) or not all(
            np.array_equal(*pair) for pair in zip(self._before, now, strict=True)
        )

    def _changed_by(self, network: StudentObject) -> bool:
        """Whether a network alone writes into rows of several numbers."""
        rows = [array for array in self._before if array.ndim == 2]
        own = Arguments(self._student, *(Tensor(array.astype(np.float32)) for array in rows))
        try:
            for given in own.given:
                network(given)
        except StudentError:
            return False  # a network that takes more than observations
        return own.changed

    def _now(self) -> list[np.ndarray]:
        """All of their numbers, as they are now."""
        return [array for value in self.given for array in _arrays(self._student.fetch(value))]


def _arrays(value: object) -> Iterator[np.ndarray]:
    """Copies of the arrays in a value: itself, or the columns of a transition."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _arrays(item)
    elif isinstance(value, (np.ndarray, bool, int, float)):
        yield np.array(value)
