"""The colours of all pictures, which colour-blind people can tell apart (Okabe and Ito 2008)."""

from __future__ import annotations

BLUE, SKY, GREEN = "#0072B2", "#56B4E9", "#009E73"
VERMILION, ORANGE, PURPLE = "#D55E00", "#E69F00", "#CC79A7"
GREY, BLACK = "#555555", "#000000"

#: For things that are compared, in this order; each has a line style and a marker of its own, too.
SERIES = (
    (BLUE, "-", "o"),
    (VERMILION, "--", "s"),
    (GREEN, "-.", "^"),
    (ORANGE, ":", "D"),
    (PURPLE, (0, (5, 1, 1, 1, 1, 1)), "v"),
    (GREY, (0, (1, 1)), "P"),
)
