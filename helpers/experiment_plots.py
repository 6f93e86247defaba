"""The picture of an experiment: learning curves, and the scores of the trained agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from helpers.batches import shuffled_in_batches
from helpers.colours import SERIES
from helpers.estimates import band, estimate
from helpers.experiment import Experiment, Run
from helpers.notebook_figures import describe, new_figure
from helpers.plots import running_mean
from helpers.training import SOLVED_WINDOW

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Points of a drawn curve.
_POINTS = 60


def plot_experiment(experiment: Experiment, title: str = "Comparison") -> Figure:
    """Draw the learning curves of each setting (left) and its greedy scores (right).

    A line or a large mark is the interquartile mean over the seeds, a band or a bar its 95 %
    interval, a small mark a single training. Raises ValueError if no training has ended.
    """
    runs = {name: runs for name, runs in experiment.runs.items() if runs}
    if not runs:
        raise ValueError("no training of this experiment has ended, so there is nothing to draw")
    figure = new_figure(9, 4)
    figure.suptitle(title)
    curves, scores = figure.subplots(1, 2, width_ratios=(3, 2))
    grid = np.linspace(0, max(_steps(run)[-1] for each in runs.values() for run in each), _POINTS)
    for number, (name, each) in enumerate(runs.items()):
        _draw_curves(curves, grid, each, number, name)
        _draw_scores(scores, experiment.greedy_scores(name), number)
    _label(curves, "While learning (exploring)", "Steps played", "Score, mean of 100 episodes")
    _label(scores, "After learning (greedy)", "", "Score, mean of 50 episodes")
    scores.set_xticks(range(len(runs)), list(runs), rotation=20, ha="right")
    scores.set_xlim(-0.6, len(runs) - 0.4)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    describe(figure, _in_words(experiment, title))
    return figure


def _draw_curves(axes: Axes, grid: np.ndarray, runs: list[Run], number: int, name: str) -> None:
    """The interquartile mean of the running means, with its interval; grid: (points,)."""
    colour, style, _ = SERIES[number % len(SERIES)]
    middle, low, high = band(curves_on(grid, runs))  # (points,) each
    axes.fill_between(grid, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.plot(grid, middle, color=colour, linestyle=style, linewidth=2.2, label=name)


def _draw_scores(axes: Axes, scores: np.ndarray, number: int) -> None:
    """A mark for each training, and the mean with its interval beside them."""
    colour, _, marker = SERIES[number % len(SERIES)]
    found = estimate(scores)
    axes.plot(np.full(len(scores), number - 0.15), scores, marker, color=colour, alpha=0.5)
    axes.errorbar(
        number + 0.15,
        found.middle,
        yerr=[[found.middle - found.low], [found.high - found.middle]],
        color=colour,
        marker=marker,
        markersize=9,
        capsize=5,
        linewidth=2,
    )


def _label(axes: Axes, title: str, x_label: str, y_label: str) -> None:
    axes.set_title(title, fontsize=10)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def curves_on(grid: np.ndarray, runs: list[Run]) -> np.ndarray:
    """The running mean scores of each training after so many steps; (points,) to (runs, points).

    A training that has ended keeps its last value. Before the mean holds all its episodes, a curve
    is drawn level: the first ones that end in a batch are the shortest.
    """
    curves = []
    for run in runs:
        first = min(SOLVED_WINDOW, len(run.statistics)) - 1
        curves.append(np.interp(grid, _steps(run)[first:], _scores(run)[first:]))
    return np.array(curves)


def _steps(run: Run) -> np.ndarray:
    """Steps played until the end of each episode, all episodes together; (episodes,)."""
    return np.cumsum([record["steps"] for record in shuffled_in_batches(run.statistics)])


def _scores(run: Run) -> np.ndarray:
    """The running mean of the scores; (episodes,)."""
    scores = np.array([record["score"] for record in shuffled_in_batches(run.statistics)])
    return running_mean(scores, SOLVED_WINDOW)


def _in_words(experiment: Experiment, title: str) -> str:
    """What the picture shows, for screen readers."""
    parts = [
        f"{name}: training score {estimate(experiment.training_scores(name))}, greedy score "
        f"{estimate(experiment.greedy_scores(name))}"
        for name, runs in experiment.runs.items()
        if runs
    ]
    return f"{title.rstrip('?.')}: interquartile means with 95 % intervals. {'; '.join(parts)}."
