"""What networks believe their best action to be worth, while they learn, beside the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from helpers.colours import BLUE, GREEN, VERMILION
from helpers.notebook_figures import describe, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOOKS = ((VERMILION, "-"), (BLUE, "-."), (GREEN, ":"))


def plot_believed_values(
    believed: Mapping[str, Sequence[float]], every: int, truth: float
) -> Figure:
    """Draw for each network its mean of max Q, measured after every so many batches."""
    figure = new_figure(7, 4)
    axes = figure.add_subplot()
    for (name, values), (colour, style) in zip(believed.items(), _LOOKS, strict=False):
        batches = every * np.arange(1, len(values) + 1)  # (values,)
        axes.plot(batches, values, color=colour, linestyle=style, linewidth=2, label=name)
    axes.axhline(truth, color="black", linestyle="--", linewidth=1, label="the truth")
    axes.set(xlabel="batches learned", ylabel="mean of max Q", title="What the networks believe")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    ends = "; ".join(f"{name} ends at {values[-1]:.2f}" for name, values in believed.items())
    describe(
        figure,
        f"What the networks believe the best action to be worth: {ends}. The truth is {truth:g}.",
    )
    return figure
