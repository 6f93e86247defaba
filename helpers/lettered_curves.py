"""Learning curves under letters: a picture to be read, in which nobody can look up what is what."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from helpers.colours import BLACK, BLUE, SKY
from helpers.notebook_figures import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Panels in a row of the picture.
_COLUMNS = 3


class Curve(TypedDict):
    """One setting's trainings: interquartile mean and 95 % interval of the running mean scores."""

    middle: list[float]  # (points,)
    low: list[float]  # (points,)
    high: list[float]  # (points,)


class LetteredCurves(TypedDict):
    """Curves by their letter, all measured at the same points."""

    grid: list[float]  # (points,) steps played
    seeds: int  # trainings of each setting
    random_score: float  # of an agent that acts at random
    curves: dict[str, Curve]


def plot_lettered_curves(unit: str) -> Figure:
    """Draw the lettered curves of a unit, a panel for each letter, all with the same axes.

    Raises FileNotFoundError if none were measured for this unit.
    """
    measured = load_lettered_curves(unit)
    letters = sorted(measured["curves"])
    rows = -(-len(letters) // _COLUMNS)
    figure = new_figure(9, 2.4 * rows)
    grid = np.asarray(measured["grid"])  # (points,)
    panels = figure.subplots(rows, _COLUMNS, sharex=True, sharey=True, squeeze=False)
    for axes, letter in zip(panels.flat, letters, strict=False):
        curve = measured["curves"][letter]
        axes.fill_between(grid, curve["low"], curve["high"], color=SKY, alpha=0.35, linewidth=0)
        axes.plot(grid, curve["middle"], color=BLUE, linewidth=2.2)
        axes.axhline(measured["random_score"], color=BLACK, linestyle=":", linewidth=1)
        axes.set_title(letter, fontweight="bold")
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0, 0].set_ylim(bottom=min(0.0, panels[0, 0].get_ylim()[0]))  # all have the same axes
    figure.supxlabel("Steps played", fontsize=10)
    figure.supylabel("Score, mean of 100 episodes", fontsize=10)
    figure.suptitle(
        f"{measured['seeds']} trainings of each setting; dotted: acting at random", fontsize=10
    )
    describe(figure, _in_words(measured))
    return figure


def load_lettered_curves(unit: str) -> LetteredCurves:
    """Read the curves of a unit: beside the notebook in `curves/`, or the course's own.

    Raises FileNotFoundError if there are none.
    """
    name = f"{unit}_letters.json"
    for folder in (Path("curves"), resources.files("helpers") / "curves"):
        if (folder / name).is_file():
            measured: LetteredCurves = json.loads((folder / name).read_text(encoding="utf-8"))
            return measured
    raise FileNotFoundError(f"no lettered curves were measured for {unit!r}")


def _in_words(measured: LetteredCurves) -> str:
    """The scores at the start, after a third, after two thirds and at the end, in words."""
    last = len(measured["grid"]) - 1
    moments = [0, last // 3, 2 * last // 3, last]
    parts = [
        f"{letter}: "
        + ", ".join(f"{curve['middle'][moment]:.0f}" for moment in moments)
        + f" ({curve['low'][last]:.0f} to {curve['high'][last]:.0f})"
        for letter, curve in sorted(measured["curves"].items())
    ]
    return (
        "Learning curves. Scores at the start, after a third, after two thirds and at the end "
        f"(interval at the end): {'; '.join(parts)}. Acting at random: "
        f"{measured['random_score']:.0f}."
    )
