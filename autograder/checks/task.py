"""A task: an exercise with its checks, each a question with points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from autograder.checks.worked_example import WorkedExample
from autograder.worker.interface import Student

CheckFunction = Callable[[Student, np.random.Generator], None]
Method = TypeVar("Method", bound=Callable[..., None])


@dataclass(frozen=True)
class Check:
    """One question to a student's answer, with the points it is worth."""

    name: str
    points: float
    ask: CheckFunction
    #: What must hold before the later checks of the task make sense.
    blocking: bool
    #: Names of earlier checks without which this one says nothing.
    needs: tuple[str, ...] = ()


class Task:
    """An exercise: a stable name, what it needs of the student, and its checks in order.

    A subclass writes its checks as methods `(self, student, random)` marked with `@check(...)`.
    The checks of the base classes come first, from left to right; a check that is written again
    stays in its place.
    """

    #: Names of the student's classes and functions, in the order `check(...)` takes them.
    requires: tuple[str, ...] = ()
    #: The same ideas with other numbers, shown folded below what is wrong.
    examples: tuple[WorkedExample, ...] = ()

    def __init__(self, name: str, requires: tuple[str, ...] | None = None) -> None:
        """name: `<unit>/<task>`. requires: in place of what the class says."""
        self.name = name
        if requires is not None:
            self.requires = requires
        self._registered: list[Check] = []

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks in the order in which they are asked."""
        return (*self._methods, *self._registered)

    @property
    def points(self) -> float:
        """Points of all checks together."""
        return sum(check.points for check in self.checks)

    def check(
        self,
        name: str,
        points: float = 1,
        blocking: bool = False,
        needs: tuple[str, ...] = (),
    ) -> Callable[[CheckFunction], CheckFunction]:
        """Register the function below as a check of this task."""

        def register(ask: CheckFunction) -> CheckFunction:
            self._registered.append(Check(name, points, ask, blocking, needs))
            return ask

        return register

    @cached_property
    def _methods(self) -> tuple[Check, ...]:
        marks = {name: _mark_in(type(self), name) for name in _check_names(type(self))}
        return tuple(
            Check(name, mark.points, getattr(self, name), mark.blocking, mark.needs)
            for name, mark in marks.items()
        )


@dataclass(frozen=True)
class _Mark:
    """What `@check` notes at a method."""

    points: float
    blocking: bool
    needs: tuple[str, ...]


def check(
    points: float = 1, blocking: bool = False, needs: tuple[str, ...] = ()
) -> Callable[[Method], Method]:
    """Mark a method of a Task as a check; the method's name is the check's name.

    points: 0 for a note that costs nothing. blocking: whether the later checks need this one.
    needs: earlier checks without which this one says nothing; where one of them failed, this one
    is not reached and gives no points.
    """

    def mark(method: Method) -> Method:
        method.__dict__["check"] = _Mark(points, blocking, needs)
        return method

    return mark


def _check_names(task_class: type[Any]) -> list[str]:
    """The marked methods of a class in order: those of its bases, then its own."""
    names = [name for base in task_class.__bases__ for name in _check_names(base)]
    names += [name for name, member in vars(task_class).items() if _mark_of(member)]
    return list(dict.fromkeys(names))


def _mark_in(task_class: type[Any], name: str) -> _Mark:
    """The nearest mark: a method that overrides another keeps its mark unless it has its own."""
    marks = (_mark_of(vars(base).get(name)) for base in task_class.__mro__)
    return next(mark for mark in marks if mark)


def _mark_of(member: object) -> _Mark | None:
    mark = getattr(member, "__dict__", {}).get("check")
    return mark if isinstance(mark, _Mark) else None
