"""The learning curve as a picture, drawn without a display."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from autograder.rendering.palette import NOTE, PASSED
from autograder.results import EvaluationResult

#: The line is the mean over this share of the training.
SMOOTHED = 0.1


@dataclass(frozen=True)
class _Drawing:
    """A figure and what changes in it from one learning curve to the next."""

    figure: Figure
    axes: Axes
    episodes: Line2D
    mean: Line2D
    threshold: Line2D
    name: Annotation


def learning_curve(evaluation: EvaluationResult) -> bytes:
    """The scores of the counted training from its start to its end, as PNG.

    The record holds at most a few hundred points, each the mean of neighbouring episodes.
    """
    drawing = _empty_drawing()
    scores = np.asarray(evaluation.curve, dtype=np.float64)  # (points,)
    progress = np.linspace(0, 100, len(scores))  # (points,)
    drawing.episodes.set_data(progress, scores)
    drawing.mean.set_data(progress, running_mean(scores))
    drawing.threshold.set_ydata([evaluation.threshold] * 2)
    drawing.name.set_text(f"threshold {evaluation.threshold:g}")
    drawing.name.xy = (0, evaluation.threshold)
    drawing.axes.relim()
    drawing.axes.autoscale_view()
    picture = io.BytesIO()
    drawing.figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


@cache
def _empty_drawing() -> _Drawing:
    """Axes, ticks and legend, made once: that takes longer than to draw them."""
    figure = Figure(figsize=(6.4, 2.6), dpi=90)
    # Room for labels as they are here: to measure them takes as long as to draw.
    figure.subplots_adjust(left=0.1, right=0.985, bottom=0.165, top=0.965)
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    (episodes,) = axes.plot([], [], ".", markersize=3, color=NOTE.on_dark, label="episodes")
    (mean,) = axes.plot([], [], color=NOTE.colour, label="running mean")
    threshold = axes.axhline(0, color=PASSED.on_light, linestyle="--", linewidth=1)
    name = axes.annotate(
        "", (0, 0), (2, -9), fontsize=7,
        textcoords="offset points", xycoords=("axes fraction", "data"), color=PASSED.on_light,
    )  # fmt: skip
    axes.set_xlabel("training (% of its episodes)", fontsize=8)
    axes.set_ylabel("score", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.legend(loc="lower right", fontsize=7, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return _Drawing(figure, axes, episodes, mean, threshold, name)


def running_mean(scores: np.ndarray) -> np.ndarray:
    """Mean of the last tenth of the points (fewer at the start), the same shape `(points,)`."""
    window = max(1, round(SMOOTHED * len(scores)))
    sums = np.concatenate([[0.0], np.cumsum(scores)])  # (points + 1,)
    ends = np.arange(1, len(scores) + 1)
    starts = np.maximum(0, ends - window)
    return (sums[ends] - sums[starts]) / (ends - starts)
