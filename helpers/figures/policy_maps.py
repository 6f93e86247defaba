"""What a policy does for each angle and angular velocity of the pole, at several moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from helpers.notebook_figures import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Points along each side of a map.
_POINTS = 41
#: The plane that is drawn, in rad and rad/s: where most states of an episode lie.
_ANGLE, _VELOCITY = 0.2, 2.0
#: Contours of the probability: the middle one is where the policy is undecided.
_LEVELS = np.linspace(0, 1, 11)


def map_states(function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """What a function of states gives for each point of the plane, (41, 41).

    function: takes observations (n, 4) float32, returns (n,), for example the probability of
    pushing right. The cart stands still in the middle of the rail; a row of the map has the same
    angular velocity.
    """
    angle, velocity = _plane()
    states = np.zeros((angle.size, 4), dtype=np.float32)
    states[:, 2], states[:, 3] = angle.ravel(), velocity.ravel()
    return np.asarray(function(states), dtype=np.float64).reshape(angle.shape)


def plot_policy_maps(maps: Mapping[str, np.ndarray]) -> Figure:
    """Draw some maps, each with its title; on the line both actions are equally likely.

    Raises ValueError if there is no map.
    """
    if not maps:
        raise ValueError("there is no map to draw")
    figure = new_figure(3 * len(maps) + 1, 3.3)
    panels = figure.subplots(1, len(maps), sharex=True, sharey=True, squeeze=False)[0]
    angle, velocity = _plane()
    for axes, (title, values) in zip(panels, maps.items(), strict=True):
        filled = axes.contourf(angle, velocity, values, levels=_LEVELS, cmap="cividis")
        if values.min() < 0.5 < values.max():
            axes.contour(angle, velocity, values, levels=[0.5], colors="white", linewidths=2)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("angle of the pole, rad")
    panels[0].set_ylabel("angular velocity, rad/s")
    bar = figure.colorbar(filled, ax=panels, ticks=[0, 0.5, 1])
    bar.ax.set_yticklabels(["left", "even", "right"])
    describe(figure, _in_words(maps))
    return figure


def plot_critic_map(values: np.ndarray, push_right: np.ndarray) -> Figure:
    """Draw what a critic expects, and the line on which the actor is undecided; (41, 41) each."""
    angle, velocity = _plane()
    figure = new_figure(6, 4)
    axes = figure.add_subplot()
    filled = axes.contourf(angle, velocity, values, levels=20, cmap="cividis")
    figure.colorbar(filled, label="value")
    if push_right.min() < 0.5 < push_right.max():
        axes.contour(angle, velocity, push_right, levels=[0.5], colors="white", linewidths=2)
    axes.set_xlabel("angle of the pole, rad")
    axes.set_ylabel("angular velocity, rad/s")
    quarter, middle = _POINTS // 4, _POINTS // 2
    describe(
        figure,
        "The critic's value over the plane of angle (across) and angular velocity (upward) of the "
        f"pole: {values[middle, middle]:.1f} where it stands upright, "
        f"{values[quarter, quarter]:.1f} where it falls to the left, "
        f"{values[-1 - quarter, -1 - quarter]:.1f} where it falls to the right, "
        f"{values[-1 - quarter, quarter]:.1f} and {values[quarter, -1 - quarter]:.1f} where it "
        "leans and swings back. A line shows where the actor is undecided.",
    )
    return figure


def _plane() -> tuple[np.ndarray, np.ndarray]:
    """Angle and angular velocity of each point, (41, 41) each."""
    sides = np.linspace(-_ANGLE, _ANGLE, _POINTS), np.linspace(-_VELOCITY, _VELOCITY, _POINTS)
    angle, velocity = np.meshgrid(*sides)
    return angle, velocity


def _in_words(maps: Mapping[str, np.ndarray]) -> str:
    """How likely a push to the right is where the pole falls to the left and to the right."""
    quarter = _POINTS // 4
    parts = [
        f"{title}: {values[quarter, quarter]:.0%} where it falls to the left, "
        f"{values[-1 - quarter, -1 - quarter]:.0%} where it falls to the right"
        for title, values in maps.items()
    ]
    return (
        "The probability of pushing right over the plane of angle (across) and angular velocity "
        f"(upward) of the pole. {'; '.join(parts)}."
    )
