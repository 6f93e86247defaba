"""What several values come back in: a tuple, a list, or an object with fields."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from autograder.worker.interface import StudentError, StudentObject


def fields_of(value: object, names: Sequence[str]) -> object:
    """The fields of an object, of a data class for example, as a list; else the value as it is."""
    if isinstance(value, StudentObject):
        with suppress(StudentError):
            return [value.get(name) for name in names]
    return value
