"""A drawing of a Keras model: its layers with their shapes and weights, and what flows where.

`keras.utils.plot_model` draws more, but only with pydot and Graphviz; this needs matplotlib alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.colours import BLUE, GREY, VERMILION
from helpers.notebook_figures import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches between the middles of two boxes, and the size of a box.
_ACROSS, _DOWN, _WIDTH, _HEIGHT = 1.9, 1.15, 1.5, 0.8


@dataclass(frozen=True)
class _Box:
    """A layer: what is written in it, and the names of the layers that it takes its input from."""

    name: str
    lines: tuple[str, ...]
    sources: tuple[str, ...]
    colour: str


def plot_model(model: Any) -> Figure:
    """Draw the layers of a Keras model from left to right.

    Raises ValueError for a model that was not called yet, and so has no shapes.
    """
    boxes = list(_boxes(model))
    places = _places(boxes)
    across = max(column for column, _ in places.values()) + 1
    down = max(row for _, row in places.values()) + 1
    figure = new_figure(across * _ACROSS, max(down * _DOWN, 1.3), _in_words(boxes))
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(-_ACROSS / 2, (across - 0.5) * _ACROSS)
    axes.set_ylim((down - 0.5) * _DOWN, -_DOWN / 2)
    for box in boxes:
        _draw_box(axes, box, places[box.name])
        for source in box.sources:
            _draw_arrow(axes, places[source], places[box.name])
    return figure


def _boxes(model: Any) -> Iterator[_Box]:
    """The layers in their order."""
    if not model.built or not model.layers:
        raise ValueError(
            "This model has no shapes yet: call it with a batch of observations first."
        )
    sources = _sources(model)
    before: str | None = None
    for layer in model.layers:
        chain = () if before is None else (before,)
        yield _Box(
            layer.name,
            tuple(_description(layer)),
            sources[layer.name] if sources else chain,
            VERMILION if type(layer).__name__ == "InputLayer" else BLUE,
        )
        before = layer.name


def _in_words(boxes: list[_Box]) -> str:
    """The drawing for people who cannot see it."""
    kinds = {box.name: box.lines[0] for box in boxes}
    parts = []
    for box in boxes:
        after = " and ".join(kinds[source] for source in box.sources)
        parts.append(" ".join(box.lines) + (f", after {after}" if after else ""))
    return f"A model of {len(boxes)} layers: {'; '.join(parts)}."


def _sources(model: Any) -> dict[str, tuple[str, ...]]:
    """Where each layer of a functional model gets its input from; empty for a chain of layers."""
    layers = model.get_config().get("layers", ())
    if not all("inbound_nodes" in layer for layer in layers):
        return {}
    return {layer["name"]: tuple(_history(layer["inbound_nodes"])) for layer in layers}


def _history(value: Any) -> Iterator[str]:
    """The names of the layers in a description of tensors, wherever they stand in it."""
    if isinstance(value, Mapping):
        if "keras_history" in value:
            yield value["keras_history"][0]
        for part in value.values():
            yield from _history(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _history(part)


def _description(layer: Any) -> Iterator[str]:
    """What is written into the box of a layer."""
    kind = type(layer).__name__
    if kind == "InputLayer":
        yield layer.name
    else:
        activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
        yield kind if activation == "linear" else f"{kind}, {activation}"
    output = getattr(layer, "output", None)
    if output is not None:
        sizes = ("batch" if size is None else str(size) for size in output.shape)
        yield f"({', '.join(sizes)})"
    if layer.count_params():
        yield f"{layer.count_params():,} weights"


def _places(boxes: list[_Box]) -> dict[str, tuple[int, int]]:
    """A column and a row for each box: as far to the right as what it feeds allows."""
    to_go: dict[str, int] = {}
    for box in reversed(boxes):
        to_go.setdefault(box.name, 0)
        for source in box.sources:
            to_go[source] = max(to_go.get(source, 0), to_go[box.name] + 1)
    last = max(to_go.values())
    filled: dict[int, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for box in boxes:
        column = last - to_go[box.name]
        row = filled.get(column, 0)
        places[box.name], filled[column] = (column, row), row + 1
    return places


def _draw_box(axes: Axes, box: _Box, place: tuple[int, int]) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y = place[0] * _ACROSS, place[1] * _DOWN
    corner = (x - _WIDTH / 2, y - _HEIGHT / 2)
    axes.add_patch(
        FancyBboxPatch(
            corner, _WIDTH, _HEIGHT, boxstyle="round,pad=0,rounding_size=0.08",
            facecolor="white", edgecolor=box.colour, linewidth=1.8,
        )
    )  # fmt: skip
    axes.text(x, y, "\n".join(box.lines), ha="center", va="center", fontsize=9)


def _draw_arrow(axes: Axes, source: tuple[int, int], target: tuple[int, int]) -> None:
    start = (source[0] * _ACROSS + _WIDTH / 2, source[1] * _DOWN)
    # Arrows from several rows arrive at different heights.
    end = (target[0] * _ACROSS - _WIDTH / 2, target[1] * _DOWN + 0.2 * (source[1] - target[1]))
    style = {"arrowstyle": "-|>", "color": GREY, "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=style)
