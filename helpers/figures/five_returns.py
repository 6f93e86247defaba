"""The returns of a short episode: which rewards each step is paid for, and how much of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from helpers.colours import BLUE, GREY
from helpers.notebook_figures import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_returns(rewards: Sequence[float] = (1, 1, 1, 1, 1), gamma: float = 0.5) -> Figure:
    """Draw a row for each step: the later a reward comes, the less of it counts.

    The discount in the picture is smaller than one would choose, so that it can be seen.
    """
    steps = len(rewards)
    distance = np.arange(steps)[None, :] - np.arange(steps)[:, None]  # (steps, steps)
    shares = np.where(distance >= 0, gamma ** np.maximum(distance, 0), 0.0)
    returns = shares @ np.asarray(rewards, dtype=float)  # (steps,)
    figure = new_figure(7, 0.55 * steps + 1.2)
    axes = figure.add_subplot()
    for t in range(steps):
        for later in range(t, steps):
            share = shares[t, later]
            bottom = steps - 1 - t
            axes.bar(later, 0.7 * share, bottom=bottom, width=0.8, color=BLUE)
            axes.text(later, bottom + 0.7 * share, f"{share:g}", ha="center", va="bottom", size=8)
        axes.axhline(steps - 1 - t, color=GREY, linewidth=0.8)
        axes.text(steps - 0.3, steps - 0.75 - t, f"$G_{t}$ = {returns[t]:g}", fontsize=11)
    axes.set_xlim(-0.6, steps + 1.2)
    axes.set_ylim(-0.1, steps)
    axes.set_xticks(range(steps), [f"$r_{t}$ = {reward:g}" for t, reward in enumerate(rewards)])
    axes.set_yticks([steps - 0.75 - t for t in range(steps)], [f"step {t}" for t in range(steps)])
    axes.set_title(rf"How much of each reward counts, $\gamma$ = {gamma:g}", fontsize=11)
    axes.tick_params(length=0)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    values = ", ".join(f"G{t} = {value:g}" for t, value in enumerate(returns))
    describe(
        figure,
        f"The returns of an episode of {steps} steps with gamma = {gamma:g}. Each step is paid for "
        f"its own reward and for those that follow; each further step counts {gamma:g} times as "
        f"much. Rewards before a step do not count. {values}.",
    )
    return figure
