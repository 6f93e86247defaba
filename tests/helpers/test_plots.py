"""Pictures of a training: what is drawn, and that a notebook shows it once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

mpl.use("agg")
from matplotlib import pyplot

from helpers import plots
from helpers.batches import whole_batches
from helpers.checkpoints import GreedyTest
from helpers.notebook_figures import alternative_text
from helpers.plots import load_learning_curve, plot_learning_curve, plot_statistics
from helpers.training import Statistics


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


def episodes(n: int) -> list[dict[str, float]]:
    """A training whose score rises by one each episode, and whose steps are twice the score."""
    return [{"episode": i, "score": float(i), "steps": 2 * i} for i in range(n)]


def lines(figure: Figure) -> dict[str, Any]:
    """The drawn lines by their label in the legend."""
    (axes,) = figure.axes
    return {str(line.get_label()): line for line in axes.get_lines()}


def legend(figure: Figure) -> list[str]:
    return [text.get_text() for box in figure.legends for text in box.get_texts()]


# --- scores


def test_scores_their_running_mean_and_the_threshold_are_drawn() -> None:
    figure = plot_statistics(episodes(300), threshold=195)
    assert legend(figure) == ["score of an episode", "mean of the last 100", "solved: 195"]
    scores = lines(figure)["score of an episode"]
    np.testing.assert_array_equal(scores.get_xdata(), np.arange(1, 301))
    np.testing.assert_array_equal(scores.get_ydata(), np.arange(300))
    mean = lines(figure)["mean of the last 100"].get_ydata()
    assert (mean[0], mean[99], mean[299]) == (
        0.0,
        np.arange(100).mean(),
        np.arange(200, 300).mean(),
    )
    assert set(lines(figure)["solved: 195"].get_ydata()) == {195}
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Finished episodes", "Score")


def test_the_window_of_the_mean_can_be_chosen() -> None:
    mean = lines(plot_statistics(episodes(30), window=2))["mean of the last 2"].get_ydata()
    np.testing.assert_allclose(mean[:4], [0.0, 0.5, 1.5, 2.5])
    with pytest.raises(ValueError, match="window"):
        plot_statistics(episodes(3), window=0)


def test_nothing_played_yet_is_said_in_words() -> None:
    (axes,) = plot_statistics([]).axes
    assert "No episode" in axes.texts[0].get_text()


# --- the curve to expect


@pytest.fixture
def curves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package folder with two measured curves, in episodes and in steps."""
    folder = tmp_path / "curves"
    folder.mkdir()
    for unit, x in (("by_episodes", "episodes"), ("by_steps", "steps")):
        curve = {
            "unit": unit,
            "x": x,
            "grid": [100, 200, 300],
            "median": [20, 200, 480],
            "low": [10, 100, 400],
            "high": [30, 300, 500],
            "seeds": 20,
            "window": 30,
            "threshold": 475,
            "greedy": x == "episodes",
        }
        (folder / f"{unit}.json").write_text(json.dumps(curve), encoding="utf-8")
    monkeypatch.setattr(plots.resources, "files", lambda package: tmp_path)
    return folder


def test_the_curve_to_expect_has_a_median_a_band_and_a_threshold(curves: Path) -> None:
    figure = plot_learning_curve("by_episodes")
    assert legend(figure) == [
        "8 of 10 trainings",
        "median of 20 trainings",
        "to reach without exploring: 475",
    ]
    median = lines(figure)["median of 20 trainings"]
    assert list(median.get_xdata()) == [100, 200, 300]
    assert list(median.get_ydata()) == [20, 200, 480]
    (band,) = figure.axes[0].collections
    corners = np.asarray(band.get_paths()[0].vertices)
    assert {10, 30} <= set(corners[corners[:, 0] == 100][:, 1])


@pytest.mark.parametrize(
    ("unit", "x", "label"),
    [
        ("by_episodes", np.arange(1, 151), "Finished episodes"),
        ("by_steps", np.cumsum(2 * np.arange(150)), "Steps played, all episodes"),
    ],
)
def test_the_students_curve_is_drawn_over_it_with_the_same_mean(
    curves: Path, unit: str, x: np.ndarray, label: str
) -> None:
    figure = plot_learning_curve(unit, episodes(150))
    own = lines(figure)["yours, mean of the last 30"]
    np.testing.assert_array_equal(own.get_xdata(), x)
    assert own.get_ydata()[-1] == np.arange(120, 150).mean()
    assert figure.axes[0].get_xlabel() == label


@pytest.mark.parametrize(
    ("unit", "own", "title"),
    [
        ("by_episodes", False, "What to expect"),
        ("by_episodes", True, "Your training, and what to expect"),
        ("by_steps_diagnosis", False, "A colleague's trainings"),
    ],
)
def test_a_figure_is_titled_as_what_it_shows(
    curves: Path, unit: str, own: bool, title: str
) -> None:
    (curves / "by_steps_diagnosis.json").write_bytes((curves / "by_steps.json").read_bytes())
    figure = plot_learning_curve(unit, episodes(30) if own else None)
    assert figure.axes[0].get_title() == title
    assert plot_learning_curve(unit, title="Mine").axes[0].get_title() == "Mine"


def test_the_legend_names_everything_that_is_drawn(curves: Path) -> None:
    figure = plot_learning_curve("by_episodes", episodes(150))
    assert legend(figure) == [
        "8 of 10 trainings",
        "median of 20 trainings",
        "your episodes",
        "yours, mean of the last 30",
        "to reach without exploring: 475",
    ]


def test_a_training_can_be_read_in_words(curves: Path) -> None:
    words = alternative_text(plot_statistics(episodes(300), title="Mine", window=10))
    assert words == (
        "Mine. 300 episodes; the mean score of the last 10 after a third, after two thirds and at "
        "the end: 96, 196, 294."
    )
    words = alternative_text(plot_learning_curve("by_episodes", episodes(150)))
    assert "median of 20 trainings goes from 20 to 480. Yours: 150 episodes" in words


# --- episodes played in parallel


def in_parallel(batches: int, size: int) -> list[dict[str, float]]:
    """Batches of episodes that last 1, 2, 3 ... steps and so end in this order."""
    return [
        {"episode": batch * size + i, "score": float(i), "steps": i, "batch": batch}
        for batch in range(batches)
        for i in range(size)
    ]


def test_episodes_played_in_parallel_are_no_sawtooth() -> None:
    """Each batch is as good as the one before: the mean must not go up and down with them."""
    figure = plot_statistics(in_parallel(20, 64))
    mean = lines(figure)["mean of the last 100"].get_ydata()[200:]
    sorted_mean = plots.running_mean(np.tile(np.arange(64.0), 20), 100)[200:]
    assert np.std(mean) < 0.5 * np.std(sorted_mean)


def test_each_batch_keeps_its_place_and_its_episodes() -> None:
    scores = lines(plot_statistics(in_parallel(3, 8)))["score of an episode"].get_ydata()
    for batch in range(3):
        assert sorted(scores[8 * batch : 8 * batch + 8]) == list(range(8))
    again = lines(plot_statistics(in_parallel(3, 8)))["score of an episode"].get_ydata()
    assert list(scores) == list(again) and list(scores) != list(np.tile(np.arange(8), 3))


def test_a_batch_that_was_cut_short_is_left_out_for_only_its_short_episodes_have_ended() -> None:
    cut = in_parallel(3, 8)[:-3]
    assert len(whole_batches(cut)) == 16 and len(whole_batches(in_parallel(3, 8))) == 24
    assert len(whole_batches(in_parallel(1, 8)[:-3])) == 5, "the only batch there is"
    assert whole_batches([]) == [] and len(whole_batches(episodes(7))) == 7
    for figure in (plot_statistics(cut), plot_learning_curve("dqn", cut)):
        points = [line for name, line in lines(figure).items() if "episode" in name]
        assert [len(line.get_xdata()) for line in points] == [16]


# --- tests without exploring


def with_tests() -> Statistics:
    """A training of 20 episodes with three greedy tests, one of them broken off."""
    statistics = Statistics()
    statistics.extend(in_parallel(2, 10))  # type: ignore[arg-type]
    statistics.greedy_tests += [
        GreedyTest(steps=30, episodes=7, score=90.0),
        GreedyTest(steps=60, episodes=12, score=70.0, broken_off=True),
        GreedyTest(steps=90, episodes=20, score=200.0),
    ]
    return statistics


def test_greedy_tests_are_marked_where_they_were_made(curves: Path) -> None:
    figure = plot_statistics(with_tests(), threshold=475)
    marks, empty = lines(figure)["greedy tests"], lines(figure)["greedy tests, broken off: at most"]
    assert (list(marks.get_xdata()), list(marks.get_ydata())) == ([7, 20], [90, 200])
    assert (list(empty.get_xdata()), list(empty.get_ydata())) == ([12], [70])
    assert (marks.get_marker(), empty.get_markerfacecolor()) == ("D", "white")
    assert "to reach without exploring: 475" in legend(figure)
    for unit, where in (("by_episodes", [7, 20]), ("by_steps", [30, 90])):
        own = plot_learning_curve(unit, with_tests())
        assert list(lines(own)["your greedy tests"].get_xdata()) == where
        assert "your greedy tests" in legend(own)
        assert "Tests without exploring: 3, the best 200." in alternative_text(own)


def test_in_the_first_unit_nothing_explores() -> None:
    assert "solved: 475" in legend(plot_learning_curve("meet_cartpole"))


def test_a_threshold_says_whether_exploring_counts(curves: Path) -> None:
    assert "to reach without exploring: 475" in legend(plot_learning_curve("by_episodes"))
    assert "solved: 475" in legend(plot_learning_curve("by_steps"))


def test_a_cell_may_draw_many_figures(recwarn: pytest.WarningsRecorder) -> None:
    for _ in range(25):
        plot_statistics(episodes(3))
    assert [str(warning.message) for warning in recwarn] == []


def test_an_unknown_unit_is_answered_with_the_known_ones(curves: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"'poker'.* by_episodes, by_steps"):
        load_learning_curve("poker")


# --- notebooks


SETUP = """
import helpers.plots as plots
episodes = [{"episode": i, "score": float(i), "steps": i} for i in range(120)]
"""


def pictures(outputs: list[Any]) -> int:
    return sum("image/png" in output.get("data", {}) for output in outputs)


def test_a_notebook_shows_each_figure_once(run_cells: Any) -> None:
    cells = run_cells(
        SETUP + "plots.plot_statistics(episodes)",  # the last line: Jupyter shows values
        "figure = plots.plot_statistics(episodes)\nNone",  # Jupyter shows open figures
        "figure",  # and again, because the student asks for it
    )
    assert [pictures(outputs) for outputs in cells] == [1] * 3
    assert [len(outputs) for outputs in cells] == [1] * 3, "and says nothing else"


def test_importing_the_plots_does_not_import_matplotlib() -> None:
    code = "import helpers.plots, sys; print(sorted({'matplotlib', 'IPython'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
