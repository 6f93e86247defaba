"""The scores of a training, drawn in the notebook while they come."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.cells import current_cell


class LiveCurve:
    """Is told about every episode; this one draws nothing."""

    def draw(self, statistics: Sequence[Mapping[str, Any]]) -> None:
        """Draw the training so far, if it is time to."""

    def close(self, statistics: Sequence[Mapping[str, Any]]) -> None:
        """Draw the whole training: it has ended."""


def live_curve(threshold: float, greedy: bool, shown: bool = True) -> LiveCurve:
    """A curve for the notebook's cell that runs now; outside a notebook nothing is drawn.

    threshold: the score to reach; greedy: by tests without exploring.
    """
    if not shown or current_cell() is None:
        return LiveCurve()
    # By its name: what a training gives does not depend on how it is drawn.
    drawing = importlib.import_module("helpers.notebook_curve")
    curve: LiveCurve = drawing.NotebookCurve(threshold, greedy)
    return curve
