"""The picture of a training that grows in a notebook's cell."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from helpers.live_curve import LiveCurve
from helpers.notebook_figures import describe, show_in_place
from helpers.plots import draw_training, new_axes

if TYPE_CHECKING:
    from IPython.display import DisplayHandle

#: All drawings together may take a tenth of what the rest of the training takes; now and then one
#: takes longer. Processor time of this thread is measured, so a busy machine or more cores change
#: nothing.
_SHARE = 0.08
#: Seconds that a drawing takes, before one was measured; and how much longer the last one takes.
_EXPECTED, _LAST = 0.08, 1.5
#: Pixels for each inch: while it grows, and of the last picture, which stays.
_WHILE_IT_GROWS, _AT_THE_END = 72, 144


class NotebookCurve(LiveCurve):
    """One picture that is replaced in its place."""

    def __init__(self, threshold: float, greedy: bool) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        # It is no figure of pyplot's, so Jupyter does not show it again at the end of the cell.
        self._figure = Figure(figsize=(8, 4))
        FigureCanvasAgg(self._figure)
        self._threshold = threshold
        self._greedy = greedy
        self._handle: DisplayHandle | None = None
        self._started = time.thread_time()
        self._spent = 0.0  # seconds for drawing, so far
        self._latest = _EXPECTED  # seconds for the latest drawing

    def draw(self, statistics: Sequence[Mapping[str, Any]]) -> None:
        training = time.thread_time() - self._started - self._spent  # seconds
        # This drawing and the last one, which is sure to come, must fit in.
        if self._spent + (1 + _LAST) * self._latest <= _SHARE * training:
            self._draw(statistics, "Training …", _WHILE_IT_GROWS)

    def close(self, statistics: Sequence[Mapping[str, Any]]) -> None:
        if statistics:
            self._draw(statistics, "Scores of this training", _AT_THE_END)

    def _draw(self, statistics: Sequence[Mapping[str, Any]], title: str, dpi: int) -> None:
        started = time.thread_time()
        self._figure.clear()
        # To compute a layout would take half of the time.
        self._figure.subplots_adjust(left=0.08, right=0.985, bottom=0.26, top=0.92)
        axes = new_axes(self._figure, title, "Score")
        describe(self._figure, draw_training(axes, statistics, self._threshold, self._greedy))
        self._figure.legend(loc="lower center", ncols=3, frameon=False, fontsize=9)
        self._handle = show_in_place(self._figure, self._handle, dpi)
        self._latest = time.thread_time() - started
        self._spent += self._latest
