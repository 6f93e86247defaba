"""The loop of agent and environment (Sutton & Barto 2018, figure 3.1), with Gymnasium's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.colours import BLUE, GREY, VERMILION
from helpers.notebook_figures import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_IN_WORDS = (
    "A loop of two boxes. The agent chooses an action and gives it to the environment, by "
    "env.step(action). The environment answers with the next observation, a reward, and the two "
    "flags terminated and truncated. With the new observation the agent chooses the next action. "
    "The loop begins with env.reset(), which gives the first observation, and ends when terminated "
    "or truncated is true."
)


def draw_agent_loop() -> Figure:
    """Draw the two boxes and what goes from one to the other."""
    figure = new_figure(7, 3, _IN_WORDS)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 5)
    _box(axes, 1.6, "Agent", "rule, network or table", BLUE)
    _box(axes, 8.4, "Environment", "cart and pole", VERMILION)
    _arrow(axes, (2.9, 3.3), (7.1, 3.3), "-0.25")
    _arrow(axes, (7.1, 1.7), (2.9, 1.7), "-0.25")
    axes.text(5, 4.15, "action", ha="center", fontsize=11)
    axes.text(5, 3.25, "env.step(action)", ha="center", fontsize=9, family="monospace")
    axes.text(5, 1.55, "observation, reward,", ha="center", fontsize=11)
    axes.text(5, 0.4, "terminated, truncated", ha="center", fontsize=11)
    axes.text(8.4, 0.55, "begins with env.reset()", ha="center", fontsize=9, color=GREY)
    return figure


def _box(axes: Axes, x: float, name: str, example: str, colour: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            (x - 1.3, 1.3), 2.6, 2.4, boxstyle="round,pad=0.1", edgecolor=colour,
            facecolor="white", linewidth=2.2,
        )
    )  # fmt: skip
    axes.text(x, 2.7, name, ha="center", va="center", fontsize=13, fontweight="bold")
    axes.text(x, 2.0, example, ha="center", va="center", fontsize=9, color=GREY)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], bend: str) -> None:
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>,head_length=0.6,head_width=0.3",
            "connectionstyle": f"arc3,rad={bend}",
            "linewidth": 1.8,
        },
    )
