"""The colours and marks of checks, legible for colour-blind readers and in light and dark themes.

The hues are those of Okabe and Ito, "Color Universal Design" (2008). A colour never stands alone:
each has a mark of its own.
"""

from __future__ import annotations

from typing import NamedTuple

from autograder.checks.judge import NOT_REACHED
from autograder.results import CheckResult


class Look(NamedTuple):
    """How the outcome of a check is shown.

    colour: for a mark or a line, on any background. on_light, on_dark: for text, where the page
    knows its background.
    """

    mark: str
    colour: str
    on_light: str
    on_dark: str


PASSED = Look("✓", "#009E73", "#00795A", "#33C79B")
FAILED = Look("✗", "#D55E00", "#B04A00", "#FF8B4D")
NOTE = Look("•", "#0072B2", "#0072B2", "#62B5EE")
WAITING = Look("–", "#767676", "#666666", "#A6A6A6")


def look_of(check: CheckResult) -> Look:
    """A check's look: passed, failed, a note that costs no points, or not checked yet."""
    if check.passed:
        return PASSED
    if check.mistake == NOT_REACHED:
        return WAITING
    return NOTE if check.note else FAILED
