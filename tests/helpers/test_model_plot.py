"""The drawing of a Keras model shows every layer, its shape, and what flows where."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.patches import FancyBboxPatch

from helpers.model_plot import plot_model
from helpers.notebook_figures import alternative_text

keras = pytest.importorskip("keras")
layers = keras.layers


@pytest.fixture(scope="module")
def masked() -> Any:
    """The model of the course's Keras unit: two inputs, the second one joins at the end."""
    observation = keras.Input((4,), name="observation")
    mask = keras.Input((2,), name="action_mask")
    hidden = layers.Dense(64, activation="relu")(observation)
    output = layers.Multiply()([layers.Dense(2)(hidden), mask])
    return keras.Model([observation, mask], output)


def texts(figure: Any) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def arrows(figure: Any) -> list[Any]:
    return [text for text in figure.axes[0].texts if not text.get_text()]


def test_every_layer_has_a_box_with_its_shape_and_weights(masked: Any) -> None:
    figure = plot_model(masked)
    assert sorted(texts(figure)) == [
        "Dense\n(batch, 2)\n130 weights",
        "Dense, relu\n(batch, 64)\n320 weights",
        "Multiply\n(batch, 2)",
        "action_mask\n(batch, 2)",
        "observation\n(batch, 4)",
    ]
    boxes = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    assert len(boxes) == 5


def test_an_arrow_leads_from_each_layer_to_those_it_feeds(masked: Any) -> None:
    assert len(arrows(plot_model(masked))) == 4


def test_everything_flows_to_the_right_and_nothing_overlaps(masked: Any) -> None:
    figure = plot_model(masked)
    for arrow in arrows(figure):
        assert arrow.xyann[0] < arrow.xy[0]
    corners = sorted((patch.get_y(), patch.get_x()) for patch in figure.axes[0].patches[:5])
    for (y, x), (next_y, next_x) in pairwise(corners):
        assert next_y > y + 0.5 or next_x > x + 1.5
    names = {text.get_text().split("\n")[0]: text.get_position() for text in figure.axes[0].texts}
    assert names["action_mask"][0] == names["Dense"][0], "right before the layer that needs it"


def test_screen_readers_read_it_in_words(masked: Any) -> None:
    words = alternative_text(plot_model(masked))
    assert words.startswith("A model of 5 layers: observation (batch, 4); Dense, relu (batch, 64)")
    assert "Multiply (batch, 2), after Dense and action_mask" in words


def test_a_sequential_model_is_a_chain() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8), layers.Dense(2)])
    figure = plot_model(model)
    assert len(texts(figure)) == 2 and len(arrows(figure)) == 1


class Own(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.first = layers.Dense(5, activation="tanh")
        self.second = layers.Dense(2)

    def call(self, x: Any) -> Any:
        return self.second(self.first(x))


def test_a_model_of_ones_own_class_is_drawn_once_it_was_called() -> None:
    model = Own()
    with pytest.raises(ValueError, match="call it with a batch"):
        plot_model(model)
    model(np.zeros((1, 4), np.float32))
    assert texts(plot_model(model)) == ["Dense, tanh\n25 weights", "Dense\n12 weights"]


def test_it_needs_neither_pydot_nor_graphviz(masked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pydot", "graphviz"):
        monkeypatch.setitem(sys.modules, name, None)
    assert texts(plot_model(masked))
