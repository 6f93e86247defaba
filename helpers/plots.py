"""Plots of a training: scores, durations while it runs, and the learning curve to expect.

Every function returns a matplotlib Figure. A notebook shows it once, whether or not the call is the
last line of its cell. Colour-blind people can tell the colours (Okabe and Ito's) apart.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from helpers.cells import current_cell
from helpers.colours import BLUE, GREY, SKY, VERMILION
from helpers.notebook_figures import describe, new_figure, png

if TYPE_CHECKING:
    from IPython.display import DisplayHandle
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Episodes in the running mean, as in Gymnasium's definition of "solved".
WINDOW = 100

#: The label of an axis that counts episodes.
_EPISODES = "Finished episodes"

#: The curve of a mistake that the unit asks about is called like the unit, with this ending.
_COLLEAGUE = "_diagnosis"

#: A live plot may take this fraction of the training time.
_LIVE_SHARE = 0.1


class LearningCurve(TypedDict):
    """A measured curve: the median of several trainings, and the band that holds 8 of 10."""

    unit: str
    x: str  # "episodes" or "steps"
    grid: list[float]  # (points,) where the scores were measured, in episodes or steps
    median: list[float]  # (points,) scores
    low: list[float]  # (points,) 10 % of the trainings are below
    high: list[float]  # (points,) 10 % of the trainings are above
    seeds: int
    window: int  # each score is the mean of this many episodes
    threshold: float


def plot_statistics(
    statistics: Sequence[Mapping[str, Any]],
    threshold: float | None = None,
    window: int = WINDOW,
    title: str = "Scores",
) -> Figure:
    """Draw the score of each episode, the running mean, and the threshold if there is one.

    statistics: a record per episode, with the keys `score` and `steps`, and `batch` where several
        episodes were played in parallel.
    window: number of episodes in the running mean (fewer at the start).
    """
    figure, axes = _new_figure(title, "Score")
    scores = _column(unsorted(statistics), "score")
    _draw_episodes(axes, scores, "score of an episode")
    if len(scores):
        mean, episodes = running_mean(scores, window), np.arange(1, len(scores) + 1)  # (n,) each
        axes.plot(episodes, mean, color=VERMILION, linewidth=2.2, label=_mean_label(window))
        describe(figure, f"{title}. {_course_of(mean, window)}")
    _draw_threshold(axes, threshold)
    return _finish(figure, axes)


def plot_durations(
    durations: Sequence[Mapping[str, Any]] | Sequence[float], live: bool = True
) -> Figure:
    """Draw the steps of each episode and, from the 100th on, the mean of the last 100.

    durations: steps of each episode, or records with the key `steps`.
    live: call it with True after each episode of a training. The plot in the notebook is then
        redrawn in place from time to time, which takes about a tenth of the time. With False it
        is drawn once, at the end, and replaces the live plot if the cell has one.
    """
    live_plot = _live_plot()
    if live and not live_plot.is_due():
        return live_plot.figure
    started = time.perf_counter()
    axes = live_plot.clear("Training ..." if live else "Durations", "Steps")
    steps = _column(unsorted(durations), "steps")
    _draw_episodes(axes, steps, "steps of an episode")
    if len(steps) >= WINDOW:
        mean = running_mean(steps, WINDOW)[WINDOW - 1 :]
        axes.plot(
            np.arange(WINDOW, len(steps) + 1),
            mean,
            color=VERMILION,
            linewidth=2.2,
            label=_mean_label(WINDOW),
        )
    _finish(live_plot.figure, axes)
    live_plot.show(time.perf_counter() - started)
    return live_plot.figure


def plot_trainings(
    trainings: Sequence[Sequence[Mapping[str, Any]]],
    threshold: float | None = None,
    live: bool = True,
) -> Figure:
    """Draw several trainings: the running mean of each, and the episodes of the last one.

    trainings: for each, a record per episode with the key `score`.
    live: as in `plot_durations`, so it may be called after each episode.
    """
    live_plot = _live_plot()
    if live and not live_plot.is_due():
        return live_plot.figure
    started = time.perf_counter()
    number = len(trainings)
    axes = live_plot.clear(f"Training {number} ..." if live else "What it learned", "Score")
    for earlier, statistics in enumerate(trainings, 1):
        scores = _column(unsorted(statistics), "score")
        last = earlier == number
        if last:
            _draw_episodes(axes, scores, "score of an episode")
        label = f"training {earlier}, {_mean_label(WINDOW)}"
        colour, width = (VERMILION, 2.2) if last else (SKY, 1.2)
        if len(scores):
            x, mean = np.arange(1, len(scores) + 1), running_mean(scores, WINDOW)  # (n,) each
            axes.plot(x, mean, label=label, color=colour, linewidth=width)
    _draw_threshold(axes, threshold, "to reach without exploring")
    _finish(live_plot.figure, axes)
    live_plot.show(time.perf_counter() - started)
    return live_plot.figure


def plot_learning_curve(
    unit: str,
    statistics: Sequence[Mapping[str, Any]] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw the learning curve to expect in a unit and, on top, the student's own.

    unit: name of the unit, e.g. "policy_network". statistics: a record per episode, with the keys
    `score` and `steps`. Raises FileNotFoundError if no curve was measured for this unit.
    """
    curve = load_learning_curve(unit)
    figure, axes = _new_figure(title or _curve_title(unit, bool(statistics)), "Score")
    grid = np.asarray(curve["grid"], dtype=float)  # (points,)
    axes.fill_between(
        grid,
        curve["low"],
        curve["high"],
        color=SKY,
        alpha=0.35,
        linewidth=0,
        label="8 of 10 trainings",
    )
    label = f"median of {curve['seeds']} trainings"
    axes.plot(grid, curve["median"], color=BLUE, linewidth=2.2, label=label)
    words = f"The median of {curve['seeds']} trainings goes from {curve['median'][0]:.0f} to "
    words = f"{axes.get_title()}. {words}{curve['median'][-1]:.0f}."
    if statistics:
        mean = _draw_own(axes, statistics, curve)
        words = f"{words} Yours: {_course_of(mean, curve['window'])}"
    describe(figure, words)
    # Trainings explore, and stop when tests without exploring are good: the band ends below.
    _draw_threshold(axes, curve["threshold"], "to reach without exploring")
    axes.set_xlabel(_EPISODES if curve["x"] == "episodes" else "Steps played, all episodes")
    return _finish(figure, axes)


def _curve_title(unit: str, with_own: bool) -> str:
    """What a figure shows: the student's own training, others', or a colleague's broken agent."""
    if unit.endswith(_COLLEAGUE):
        return "A colleague's trainings"
    return "Your training, and what to expect" if with_own else "What to expect"


def _draw_own(
    axes: Axes, statistics: Sequence[Mapping[str, Any]], curve: LearningCurve
) -> np.ndarray:
    """The student's own training; returns the same running mean as of the measured curve."""
    records = unsorted(statistics)
    scores = _column(records, "score")
    x = np.arange(1, len(scores) + 1)
    if curve["x"] == "steps":
        x = np.cumsum(_column(records, "steps"))
    axes.plot(x, scores, ".", color=VERMILION, alpha=0.2, markersize=3, label="your episodes")
    mean = running_mean(scores, curve["window"])
    label = f"yours, {_mean_label(curve['window'])}"
    axes.plot(x, mean, color=VERMILION, linewidth=2.2, label=label)
    return mean


def load_learning_curve(unit: str) -> LearningCurve:
    """Read the measured curve of a unit: beside the notebook in `curves/`, or the course's own.

    Raises FileNotFoundError, naming those there are.
    """
    folders = (resources.files("helpers") / "curves", Path("curves"))
    curves = {
        entry.name.removesuffix(".json"): entry
        for folder in folders
        for entry in (folder.iterdir() if folder.is_dir() else ())
        if entry.name.endswith(".json")
    }
    if unit not in curves:
        raise FileNotFoundError(
            f"No learning curve was measured for {unit!r}; there is one for: "
            f"{', '.join(sorted(curves)) or 'no unit yet'}."
        )
    curve: LearningCurve = json.loads(curves[unit].read_text(encoding="utf-8"))
    return curve


def running_mean(values: np.ndarray, window: int) -> np.ndarray:
    """Mean of the last `window` values at each position, fewer at the start; (n,) to (n,)."""
    if window < 1:
        raise ValueError(f"window must be at least 1, not {window}.")
    total = np.concatenate([[0.0], np.cumsum(values)])  # (n + 1,)
    end = np.arange(1, len(values) + 1)
    start = np.maximum(end - window, 0)
    return (total[end] - total[start]) / (end - start)


# --- drawing -------------------------------------------------------------------------------------


def unsorted(records: Sequence[Any]) -> Sequence[Any]:
    """The records with those of each batch in random order, the same one every time.

    Episodes that are played in parallel end in the order of their length. Drawn in that order, each
    batch would be a tooth of a saw that no training has.
    """
    if not records or not isinstance(records[0], Mapping) or "batch" not in records[0]:
        return records
    batches = np.array([record["batch"] for record in records])  # (episodes,)
    order = np.lexsort([np.random.default_rng(0).random(len(records)), batches])  # (episodes,)
    return [records[number] for number in order]


def _column(records: Sequence[Mapping[str, Any]] | Sequence[float], key: str) -> np.ndarray:
    """One value per episode, shape (episodes,)."""
    values = [record[key] if isinstance(record, Mapping) else record for record in records]
    return np.asarray(values, dtype=float)


def _course_of(mean: np.ndarray, window: int) -> str:
    """A running mean in words, for screen readers."""
    third = len(mean) // 3
    scores = ", ".join(f"{mean[at]:.0f}" for at in (third, 2 * third, len(mean) - 1))
    return (
        f"{len(mean)} episodes; the mean score of the last {window} after a third, after two "
        f"thirds and at the end: {scores}."
    )


def _mean_label(window: int) -> str:
    return f"mean of the last {window}"


def _draw_episodes(axes: Axes, values: np.ndarray, label: str) -> None:
    """Draw a point for each episode: a line would suggest that one leads to the next."""
    if not len(values):
        return
    x, size = np.arange(1, len(values) + 1), 5 if len(values) <= WINDOW else 3
    axes.plot(x, values, ".", color=GREY, alpha=0.4, markersize=size, label=label)


def _draw_threshold(axes: Axes, threshold: float | None, meaning: str = "solved") -> None:
    if threshold is not None:
        label = f"{meaning}: {threshold:g}"
        axes.axhline(threshold, color="black", linestyle="--", linewidth=1.2, label=label)


def _new_figure(title: str, y_label: str) -> tuple[Figure, Axes]:
    figure = new_figure(8, 4)
    return figure, _new_axes(figure, title, y_label)


def _new_axes(figure: Figure, title: str, y_label: str) -> Axes:
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.set_xlabel(_EPISODES)
    axes.set_ylabel(y_label)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _finish(figure: Figure, axes: Axes) -> Figure:
    from matplotlib.ticker import MaxNLocator

    if axes.has_data():
        # Below the axes the legend hides nothing; inside it would cover some scores.
        figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    else:
        axes.text(
            0.5, 0.5, "No episode has been played yet.", transform=axes.transAxes, ha="center"
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlim(left=0)
    return figure


# --- showing -------------------------------------------------------------------------------------


class _LivePlot:
    """The plot of a cell that is redrawn during a training."""

    def __init__(self, cell: str | None) -> None:
        self.cell = cell
        self.figure, _ = _new_figure("", "")
        self._handle: DisplayHandle | None = None
        self._next_drawing = 0.0  # seconds, as time.perf_counter counts them

    def is_due(self) -> bool:
        return time.perf_counter() >= self._next_drawing

    def clear(self, title: str, y_label: str) -> Axes:
        self.figure.clear()
        return _new_axes(self.figure, title, y_label)

    def show(self, seconds: float) -> None:
        """Show it in place; `seconds` is the time that preparing it took."""
        started = time.perf_counter()
        if self.cell is not None:
            from IPython.display import display

            picture = png(self.figure)
            if self._handle is None:
                self._handle = display(picture, display_id=True)
            else:
                self._handle.update(picture)
            self.figure._shown_in_cell = self.cell  # type: ignore[attr-defined]
        finished = time.perf_counter()
        seconds += finished - started
        self._next_drawing = finished + seconds * (1 / _LIVE_SHARE - 1)


_latest_live_plot: _LivePlot | None = None


def _live_plot() -> _LivePlot:
    """The live plot of this cell; a new one if the last is closed or in another cell."""
    global _latest_live_plot
    cell = current_cell()
    plot = _latest_live_plot
    if plot is not None and plot.cell == cell and _is_open(plot.figure):
        return plot
    _latest_live_plot = _LivePlot(cell)
    return _latest_live_plot


def _is_open(figure: Figure) -> bool:
    pyplot = sys.modules["matplotlib.pyplot"]
    manager = getattr(figure.canvas, "manager", None)
    return manager is not None and pyplot.fignum_exists(manager.num)
