"""Figures that explain: what is drawn is right, and can be read without seeing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

mpl.use("agg")
from matplotlib import pyplot

from helpers.figures import (
    draw_agent_loop,
    draw_returns,
    map_states,
    plot_believed_values,
    plot_critic_map,
    plot_policy_maps,
)
from helpers.notebook_figures import alternative_text


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


def by_angle(states: np.ndarray) -> np.ndarray:
    """Pushes to the side of the pole."""
    return (states[:, 2] > 0).astype(np.float32)


def maps() -> Figure:
    return plot_policy_maps({"before": np.full((41, 41), 0.5), "after": map_states(by_angle)})


def critic_map() -> Figure:
    return plot_critic_map(map_states(lambda s: -np.abs(s[:, 2])), map_states(by_angle))


def believed() -> Figure:
    return plot_believed_values({"DQN": [0.5, 1.5], "Double DQN": [0.1, 0.2]}, every=50, truth=0)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


@pytest.mark.parametrize("draw", [draw_agent_loop, draw_returns, maps, critic_map, believed])
def test_every_figure_says_in_words_what_it_shows(draw: Callable[[], Figure]) -> None:
    words = alternative_text(draw())
    assert len(words.split()) > 20 and words.endswith(".")


@pytest.mark.parametrize("draw", [draw_agent_loop, draw_returns, maps, critic_map, believed])
def test_every_figure_has_a_white_ground_for_dark_notebooks(draw: Callable[[], Figure]) -> None:
    assert mpl.colors.to_hex(draw().get_facecolor()) == "#ffffff"


def test_the_loop_names_what_goes_from_one_to_the_other() -> None:
    shown = " ".join(texts(draw_agent_loop()))
    for word in ("Agent", "Environment", "action", "observation", "reward", "terminated"):
        assert word in shown


def test_the_returns_are_those_of_the_rewards() -> None:
    figure = draw_returns(rewards=[1, 0, 2], gamma=0.5)
    assert [text for text in texts(figure) if text.startswith("$G")] == [
        "$G_0$ = 1.5", "$G_1$ = 1", "$G_2$ = 2"
    ]  # fmt: skip
    heights = sorted(bar.get_height() / 0.7 for bar in figure.axes[0].patches)
    np.testing.assert_allclose(heights, [0.25, 0.5, 0.5, 1, 1, 1])


def test_a_map_has_angles_across_and_angular_velocities_upward() -> None:
    values = map_states(by_angle)
    assert values.shape == (41, 41)
    assert np.all(values[:, 0] == 0) and np.all(values[:, -1] == 1)
    upward = map_states(lambda states: states[:, 3] > 0)
    assert np.all(upward[0] == 0) and np.all(upward[-1] == 1)


def test_maps_stand_side_by_side_with_their_titles() -> None:
    figure = maps()
    assert [axes.get_title() for axes in figure.axes[:2]] == ["before", "after"]
    assert "before: 50% where it falls to the left" in alternative_text(figure)
    assert "100% where it falls to the right" in alternative_text(figure)


def test_without_a_map_there_is_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="no map"):
        plot_policy_maps({})


def test_a_notebook_shows_a_figure_once_with_its_text(run_cells: Any) -> None:
    [outputs] = run_cells("from helpers.figures import draw_agent_loop\ndraw_agent_loop()")
    [data] = [output["data"] for output in outputs]
    assert 'alt="A loop of two boxes.' in data["text/html"] and "image/png" in data


def test_believed_values_are_drawn_where_they_were_measured_beside_the_truth() -> None:
    (axes,) = believed().axes
    drawn = {
        line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines
    }
    assert drawn["DQN"] == ([50, 100], [0.5, 1.5]) and drawn["the truth"][1] == [0, 0]
    assert "DQN ends at 1.50; Double DQN ends at 0.20." in alternative_text(believed())
