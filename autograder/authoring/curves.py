"""The learning curve that a unit's students may expect, out of the runs of its calibration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

from autograder.authoring.calibration import Run
from autograder.course import Course
from autograder.units import Unit, foreign_sources
from helpers.batches import shuffled_in_batches, whole_batches
from helpers.plots import running_mean

#: Points on a learning curve's grid, and the fewest episodes over which scores are averaged.
GRID_POINTS = 60
SMOOTHED_OVER = 20


def curve_path(course: Course, unit: Unit, name: str) -> Path:
    """Where `helpers.plot_learning_curve` finds a curve of this name.

    That is among the helpers. The curves of another package's unit are handed out beside its
    notebook.
    """
    if foreign_sources(unit):
        return course.source(unit.assignment).with_name("curves") / f"{name}.json"
    return course.root / "helpers" / "curves" / f"{name}.json"


def learning_curve(unit: Unit, runs: list[Run], name: str) -> dict[str, Any]:
    """Median and 10-90 % band of the running mean of the scores, over the episodes played.

    The same mean is drawn of a student's own scores. A training that has ended keeps its last
    value: its agent plays on as it is. One that raised has no curve.
    """
    side_by_side = 1 if unit.agent is None else unit.agent.training.environments
    trainings = [_in_order(run.scores, side_by_side) for run in runs if run.scores]
    longest = int(np.quantile([len(scores) for scores in trainings], 0.9))
    window = max(SMOOTHED_OVER, side_by_side)
    start = min(window, longest)
    grid = np.unique(np.linspace(start, max(start + 1, longest), GRID_POINTS).astype(int))
    means = [running_mean(scores, window) for scores in trainings]
    curves = np.array([mean[np.minimum(grid, len(mean)) - 1] for mean in means])
    low, median, high = np.quantile(curves, (0.1, 0.5, 0.9), axis=0)
    return {
        "unit": name,
        "x": "episodes",
        "grid": grid.tolist(),
        "median": np.round(median, 1).tolist(),
        "low": np.round(low, 1).tolist(),
        "high": np.round(high, 1).tolist(),
        "seeds": len(trainings),
        "window": window,
        "threshold": _solved(unit),
        "greedy": unit.agent is not None,
    }


def _in_order(scores: tuple[float, ...], side_by_side: int) -> np.ndarray:
    """A training's scores as its student sees them: whole batches, shuffled; (episodes,)."""
    records = [
        {"score": score, "batch": number // side_by_side} for number, score in enumerate(scores)
    ]
    return np.array([record["score"] for record in shuffled_in_batches(whole_batches(records))])


def _solved(unit: Unit) -> float:
    """The line in the picture: for a rule of thumb, what Gymnasium calls solved."""
    if unit.agent is not None:
        return unit.agent.threshold
    assert unit.played is not None
    return float(gym.spec(unit.played.environment).reward_threshold or unit.played.threshold)
