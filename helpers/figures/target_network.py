"""How a target network lags behind: copied from time to time, or moved a little each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from helpers.colours import BLUE, GREEN, GREY, VERMILION
from helpers.notebook_figures import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Update steps in the picture.
UPDATES = 60


def online_value(updates: int = UPDATES) -> np.ndarray:
    """A weight of the network while it learns, (updates + 1,): it rises to 1, unsteadily."""
    steps = np.arange(updates + 1)
    noise = np.random.default_rng(3).normal(scale=0.07, size=updates + 1)
    return 1 - np.exp(-steps / 18) + np.where(steps > 0, noise, 0.0)


def copied(online: np.ndarray, interval: int) -> np.ndarray:
    """The same weight of a target network that is copied every `interval` updates; (n,) to (n,)."""
    updates = np.arange(len(online))
    latest: np.ndarray = online[updates - updates % interval]
    return latest


def softly_moved(online: np.ndarray, tau: float) -> np.ndarray:
    """The same weight of a target that moves by the fraction tau each time; (n,) to (n,)."""
    target = online.copy()
    for update in range(1, len(online)):
        target[update] = tau * online[update] + (1 - tau) * target[update - 1]
    return target


def draw_hard_copies(interval: int = 12) -> Figure:
    """Draw a weight of the network, and of a target network that is copied now and then."""
    online = online_value()
    figure, axes = _new("A target network that is copied from time to time", online)
    axes.step(
        np.arange(len(online)),
        copied(online, interval),
        where="post",
        color=VERMILION,
        linewidth=2.4,
        label=f"target network, copied every {interval} updates",
    )
    words = (
        f"It stays level for {interval} updates, then jumps to the network's weight, and so on: "
        "a staircase behind the network's curve."
    )
    return _finished(figure, axes, words)


def draw_soft_updates(taus: tuple[float, ...] = (0.25, 0.03)) -> Figure:
    """Draw a weight of the network, and of target networks that follow softly."""
    online = online_value()
    figure, axes = _new("A target network that follows a little with each update", online)
    styles = ((VERMILION, "-"), (GREEN, "--"), (BLUE, "-."))
    for tau, (colour, style) in zip(taus, styles, strict=False):
        axes.plot(
            softly_moved(online, tau),
            color=colour,
            linestyle=style,
            linewidth=2.4,
            label=f"target network, $\\tau$ = {tau:g}",
        )
    words = (
        "Each target network is a smooth curve behind the network's. The smaller tau is, the "
        f"smoother it is and the further behind: {_ends(online, taus)}."
    )
    return _finished(figure, axes, words)


def _ends(online: np.ndarray, taus: tuple[float, ...]) -> str:
    """Where the curves are after a third of the updates, in words."""
    third = len(online) // 3
    parts = [f"tau {tau:g} is at {softly_moved(online, tau)[third]:.2f}" for tau in taus]
    return f"after {third} updates the network is at {online[third]:.2f}, {', '.join(parts)}"


def _new(title: str, online: np.ndarray) -> tuple[Figure, Axes]:
    figure = new_figure(8, 3.4)
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.plot(online, ".-", color=GREY, linewidth=1, markersize=5, label="network")
    axes.set(xlabel="Update steps", ylabel="One of the weights")
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _finished(figure: Figure, axes: Axes, words: str) -> Figure:
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    describe(
        figure,
        f"{axes.get_title()}. One weight over {UPDATES} update steps: the network's rises from 0 "
        f"to about 1, with noise. {words}",
    )
    return figure
