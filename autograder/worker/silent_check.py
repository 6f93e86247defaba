"""What a notebook imports from `autograder` inside the sandbox: functions without a verdict.

The grader asks its own questions, from outside; nothing of what it knows is here to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType


def check(task: str, *answers: object) -> float:
    """Judge nothing."""
    return 0.0


def start_unit(name: str, drive: bool = False) -> None:
    """Prepare nothing: nobody looks at this notebook while it is graded."""


def show_points(in_words: Mapping[str, float] | None = None) -> None:
    """Count nothing."""


def install(package: ModuleType) -> None:
    """Make them the package's own, so that `from autograder import check` finds them."""
    for function in (check, show_points, start_unit):
        setattr(package, function.__name__, function)
