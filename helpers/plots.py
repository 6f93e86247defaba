"""Plots of a training: its scores, and the learning curve to expect.

Every function returns a matplotlib Figure. A notebook shows it once, whether or not the call is the
last line of its cell. Colour-blind people can tell the colours (Okabe and Ito's) apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from helpers.batches import shuffled_in_batches, whole_batches
from helpers.colours import BLUE, GREEN, GREY, SKY, VERMILION
from helpers.notebook_figures import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Episodes in the running mean, as in Gymnasium's definition of "solved".
WINDOW = 100

#: The label of an axis that counts episodes, and of a point.
_EPISODES, _EPISODE_LABEL = "Finished episodes", "score of an episode"

#: The curve of a mistake that the unit asks about is called like the unit, with this ending.
_COLLEAGUE = "_diagnosis"


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
    greedy: bool  # the threshold is for tests without exploring


def plot_statistics(
    statistics: Sequence[Mapping[str, Any]],
    threshold: float | None = None,
    window: int = WINDOW,
    title: str = "Scores",
) -> Figure:
    """Draw the score of each episode, the running mean, greedy tests, and the threshold, if any.

    statistics: what a training returned: a record per episode, with the keys `score` and `steps`,
        and `batch` where several episodes were played in parallel.
    window: number of episodes in the running mean (fewer at the start).
    """
    figure = new_figure(8, 4)
    axes = new_axes(figure, title, "Score")
    words = draw_training(axes, statistics, threshold, bool(_tests(statistics)), window)
    describe(figure, words)
    return _finish(figure, axes)


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
    figure = new_figure(8, 4)
    axes = new_axes(figure, title or _curve_title(unit, bool(statistics)), "Score")
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
        words = f"{words} Yours: {_course_of(mean, curve['window'])}{_tests_in_words(statistics)}"
    describe(figure, words)
    # Trainings explore, and stop when tests without exploring are good: the band ends below.
    _draw_threshold(axes, curve["threshold"], curve["greedy"])
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
    records = shuffled_in_batches(whole_batches(statistics))
    scores = _column(records, "score")
    x = np.arange(1, len(scores) + 1)
    if curve["x"] == "steps":
        x = np.cumsum(_column(records, "steps"))
    axes.plot(x, scores, ".", color=VERMILION, alpha=0.2, markersize=3, label="your episodes")
    mean = running_mean(scores, curve["window"])
    label = f"yours, {_mean_label(curve['window'])}"
    axes.plot(x, mean, color=VERMILION, linewidth=2.2, label=label)
    _draw_tests(axes, statistics, curve["x"], "your greedy tests")
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


def draw_training(
    axes: Axes,
    statistics: Sequence[Mapping[str, Any]],
    threshold: float | None,
    greedy: bool,
    window: int = WINDOW,
) -> str:
    """Draw episodes, their running mean, tests and threshold; returns what it shows, in words.

    greedy: the threshold is for tests without exploring.
    """
    scores = _column(shuffled_in_batches(whole_batches(statistics)), "score")
    words = "No episode has ended yet."
    if len(scores):
        x, size = np.arange(1, len(scores) + 1), 5 if len(scores) <= WINDOW else 3  # (n,)
        # A line from point to point would suggest that one episode leads to the next.
        axes.plot(x, scores, ".", color=GREY, alpha=0.4, markersize=size, label=_EPISODE_LABEL)
        mean = running_mean(scores, window)  # (n,)
        axes.plot(x, mean, color=VERMILION, linewidth=2.2, label=_mean_label(window))
        words = f"{_course_of(mean, window)}{_tests_in_words(statistics)}"
    _draw_tests(axes, statistics, "episodes", "greedy tests")
    _draw_threshold(axes, threshold, greedy)
    _count_whole(axes)
    return f"{axes.get_title()}. {words}"


def _draw_tests(axes: Axes, statistics: Sequence[Mapping[str, Any]], x: str, label: str) -> None:
    """A diamond for each test without exploring, an empty one where it was broken off.

    x: what the axis counts, "episodes" or "steps".
    """
    for broken_off in (False, True):
        tests = [test for test in _tests(statistics) if test.broken_off == broken_off]
        if tests:
            axes.plot(
                [test.steps if x == "steps" else test.episodes for test in tests],
                [test.score for test in tests],
                "D",
                color=GREEN,
                markersize=7,
                markerfacecolor="white" if broken_off else GREEN,
                label=f"{label}, broken off: at most" if broken_off else label,
            )


def _tests(statistics: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    """The greedy tests of a training; none of what is no training's own list."""
    return getattr(statistics, "greedy_tests", ())


def _tests_in_words(statistics: Sequence[Mapping[str, Any]]) -> str:
    tests = _tests(statistics)
    if not tests:
        return ""
    return f" Tests without exploring: {len(tests)}, the best {max(t.score for t in tests):.0f}."


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


def _draw_threshold(axes: Axes, threshold: float | None, greedy: bool) -> None:
    if threshold is not None:
        label = f"{'to reach without exploring' if greedy else 'solved'}: {threshold:g}"
        axes.axhline(threshold, color="black", linestyle="--", linewidth=1.2, label=label)


def new_axes(figure: Figure, title: str, y_label: str) -> Axes:
    """Axes that count episodes, with a title."""
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.set_xlabel(_EPISODES)
    axes.set_ylabel(y_label)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _count_whole(axes: Axes) -> None:
    """Half an episode has no tick, and counting begins at 0."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.set_xlim(left=0)


def _finish(figure: Figure, axes: Axes) -> Figure:
    if axes.has_data():
        # Below the axes the legend hides nothing; inside it would cover some scores.
        figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    else:
        axes.text(
            0.5, 0.5, "No episode has been played yet.", transform=axes.transAxes, ha="center"
        )
    _count_whole(axes)
    return figure
