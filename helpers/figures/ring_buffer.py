"""The ring buffer of a replay memory: what is stored where, and what is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.colours import BLACK, BLUE, GREY, SKY, VERMILION
from helpers.notebook_figures import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EMPTY = "white"


@dataclass(frozen=True)
class RingState:
    """A ring buffer after some pushes of a few transitions each.

    rows: the number of the transition that each row holds, counted from 0; None where it is empty.
    position: the row of the next transition. written: rows that the last push wrote.
    overwritten: those of them that held an older transition.
    """

    rows: tuple[int | None, ...]
    position: int
    written: tuple[int, ...]
    overwritten: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many rows are filled."""
        return sum(row is not None for row in self.rows)


def ring_states(capacity: int, pushes: Sequence[int]) -> list[RingState]:
    """The ring buffer after each push, where `pushes` says how many transitions each one brings.

    Raises ValueError if a push brings more transitions than there are rows.
    """
    rows: list[int | None] = [None] * capacity
    position, pushed, states = 0, 0, []
    for n in pushes:
        if n > capacity:
            raise ValueError(f"{n} transitions do not fit into {capacity} rows.")
        written = tuple((position + i) % capacity for i in range(n))
        overwritten = tuple(row for row in written if rows[row] is not None)
        for i, row in enumerate(written):
            rows[row] = pushed + i
        position, pushed = (position + n) % capacity, pushed + n
        states.append(RingState(tuple(rows), position, written, overwritten))
    return states


def draw_ring_buffer(capacity: int = 8, pushes: Sequence[int] = (3, 3, 3, 3)) -> Figure:
    """Draw the rows of a ring buffer after each push, one line for each push."""
    states = ring_states(capacity, pushes)
    figure = new_figure(8, 1.1 + 0.85 * len(states), _in_words(capacity, states))
    axes = figure.add_subplot()
    for line, state in enumerate(states):
        _draw_state(axes, state, y=-1.5 * line, number=line + 1)
    axes.set_xlim(-2.4, capacity + 2.6)
    axes.set_ylim(-1.5 * len(states) + 0.9, 2.0)
    axes.set_aspect("equal")
    axes.axis("off")
    for row in range(capacity):
        axes.text(row + 0.5, 1.15, f"row {row}", ha="center", fontsize=8, color=GREY)
    axes.text(
        capacity / 2,
        1.75,
        "t0, t1, …: the transitions in the order in which they were played",
        ha="center",
        fontsize=10,
    )
    _draw_key(figure)
    return figure


def _draw_key(figure: Figure) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    next_row = Line2D([], [], color=BLACK, marker="^", linestyle="none")
    entries = {
        "written by this push": Patch(facecolor=BLUE, edgecolor=BLACK),
        "written over an older one": Patch(facecolor=VERMILION, edgecolor=BLACK, hatch="//"),
        "position: the next row": next_row,
    }
    figure.legend(
        list(entries.values()),
        list(entries),
        loc="outside lower center",
        ncols=3,
        frameon=False,
        fontsize=9,
    )


def _draw_state(axes: Axes, state: RingState, y: float, number: int) -> None:
    """One line: the rows after a push, and where the next transition goes."""
    from matplotlib.patches import Rectangle

    for row, held in enumerate(state.rows):
        is_new, is_overwritten = row in state.written, row in state.overwritten
        colour = VERMILION if is_overwritten else BLUE if is_new else SKY
        axes.add_patch(
            Rectangle(
                (row, y),
                1,
                0.85,
                facecolor=EMPTY if held is None else colour,
                edgecolor=BLACK,
                hatch="//" if is_overwritten else None,
                alpha=1.0 if held is None or is_new else 0.45,
            )
        )
        if held is not None:
            axes.text(
                row + 0.5,
                y + 0.42,
                f"t{held}",
                ha="center",
                va="center",
                fontsize=10,
                fontweight="bold" if is_new else "normal",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
            )
    axes.text(-0.2, y + 0.42, f"push {number}", ha="right", va="center", fontsize=10)
    axes.plot(state.position + 0.5, y - 0.17, "^", color=BLACK, markersize=8, clip_on=False)
    axes.text(
        len(state.rows) + 0.2,
        y + 0.42,
        f"position {state.position}\nsize {state.size}",
        va="center",
        fontsize=9,
    )


def _in_words(capacity: int, states: Sequence[RingState]) -> str:
    lines = []
    for number, state in enumerate(states, start=1):
        held = ", ".join("empty" if row is None else f"t{row}" for row in state.rows)
        over = f", overwriting rows {_listed(state.overwritten)}" if state.overwritten else ""
        lines.append(
            f"Push {number} writes rows {_listed(state.written)}{over}. Then the rows hold {held}; "
            f"position {state.position}, size {state.size}."
        )
    return f"A ring buffer of {capacity} rows after each push. {' '.join(lines)}"


def _listed(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows))
