"""Worked examples: the idea of a task, computed with other numbers, shown below a hint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograder.results import CheckResult

#: These have hints of their own: the exercise's, and the check that comes first.
_WITHOUT = ("not_solved", "not_reached")


class WorkedExample(NamedTuple):
    """How a calculation goes, step by step, with other numbers than the exercise's.

    text: plain lines. Every calculation in it holds (`0 + 0.5 * 4 = 2`); a test computes them.
    helps: the names of mistakes or checks that it is for; empty: all of its task's.
    """

    text: str
    helps: tuple[str, ...] = ()


def example_for(result: CheckResult, examples: Sequence[WorkedExample]) -> str | None:
    """The example for a failed check: that of its mistake, of the check, or of the whole task."""
    if result.passed or result.mistake in _WITHOUT:
        return None
    for name in (result.mistake, result.check, None):
        for example in examples:
            if name in example.helps or (name is None and not example.helps):
                return example.text
    return None


def examples_for(
    checks: Sequence[CheckResult], examples: Sequence[WorkedExample]
) -> dict[str, str]:
    """The example for each failed check, by its name; each example once, where it helps first."""
    chosen: dict[str, str] = {}
    for result in checks:
        text = example_for(result, examples)
        if text is not None and text not in chosen.values():
            chosen[result.check] = text
    return chosen
