"""Settings compared over several seeds: what is trained, what is kept, and what is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")
from matplotlib import pyplot

from helpers import Setting, Training, compare_settings, plot_experiment
from helpers.agents import AbstractAgent, RandomAgent, Transition
from helpers.experiment import Experiment, Run
from helpers.experiment_plots import curves_on
from helpers.notebook_figures import alternative_text

SHORT = Training(episodes=20, environments=4)


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


class Scripted(AbstractAgent):
    """Random while it explores; greedily it pushes to one side. Interrupts at one of its steps."""

    def __init__(self, interrupts_at: int | None = None) -> None:
        self.random = np.random.default_rng(np.random.randint(1000))
        self.steps_left = interrupts_at

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        n = len(observation)
        return self.random.integers(2, size=n) if explore else np.ones(n, np.int64)

    def train(self, transition: Transition) -> None:
        if self.steps_left is not None:
            self.steps_left -= 1
            if self.steps_left == 0:
                raise KeyboardInterrupt


def scores(experiment: Experiment) -> list[list[float]]:
    return [
        [record["score"] for run in runs for record in run.statistics]
        for runs in experiment.runs.values()
    ]


def test_each_setting_is_trained_once_with_each_seed() -> None:
    experiment = compare_settings(
        {"a": Setting(RandomAgent, SHORT), "b": Setting(Scripted, SHORT)}, seeds=range(3)
    )
    assert list(experiment.runs) == ["a", "b"]
    assert [[run.seed for run in runs] for runs in experiment.runs.values()] == [[0, 1, 2]] * 2
    assert all(len(run.statistics) == 20 for runs in experiment.runs.values() for run in runs)


def test_the_same_seed_gives_the_same_training_and_another_one_another() -> None:
    settings = {"x": Setting(Scripted, SHORT)}
    first, again = (compare_settings(settings, seeds=[1]) for _ in range(2))
    assert scores(first) == scores(again)
    assert scores(first) != scores(compare_settings(settings, seeds=[2]))


def test_the_greedy_score_is_that_of_the_trained_agent_without_exploring() -> None:
    experiment = compare_settings({"x": Setting(Scripted, SHORT)}, seeds=range(2))
    assert np.all(experiment.greedy_scores("x") < 10.5), "always to one side: about 9"
    assert np.all(experiment.training_scores("x") > 12), "at random: about 22"


def test_a_batch_that_the_budget_cuts_short_does_not_count() -> None:
    cut = Training(episodes=1_000, environments=16, max_steps=700)
    (run,) = compare_settings({"x": Setting(Scripted, cut)}, seeds=[1]).runs["x"]
    assert len(run.statistics) % 16 == 0
    single = Training(episodes=1_000, environments=1, max_steps=200)
    (run,) = compare_settings({"x": Setting(Scripted, single)}, seeds=[1]).runs["x"]
    assert sum(record["steps"] for record in run.statistics) > 150


def test_interrupted_it_keeps_the_trainings_that_are_finished(
    capsys: pytest.CaptureFixture[str],
) -> None:
    made: list[str] = []

    def third_one_interrupts() -> AbstractAgent:
        made.append("agent")
        return Scripted(interrupts_at=5 if len(made) == 3 else None)

    settings = {name: Setting(third_one_interrupts, SHORT) for name in "ab"}
    experiment = compare_settings(settings, seeds=range(5))
    assert [len(runs) for runs in experiment.runs.values()] == [1, 1]
    assert len(made) == 3
    assert "2 of 10 trainings are finished and kept" in capsys.readouterr().out


def known(**settings: list[float]) -> Experiment:
    """An experiment whose greedy scores are these, and the training scores half of them."""

    def run(seed: int, score: float) -> Run:
        records: list[Any] = [
            {"episode": i, "score": score / 2, "steps": 10, "batch": i} for i in range(120)
        ]
        return Run(seed, records, score)

    return Experiment(
        {name: [run(i, score) for i, score in enumerate(each)] for name, each in settings.items()}
    )


EXPERIMENT = known(low=[90, 100, 110, 100], high=[290, 300, 310, 300])


def test_differences_have_an_interval() -> None:
    greedy, training = (
        EXPERIMENT.difference("high", "low"),
        EXPERIMENT.training_difference("high", "low"),
    )
    assert greedy.middle == 200 and 180 < greedy.low <= greedy.high < 220
    assert training.middle == 100


def test_the_table_has_a_line_for_each_setting() -> None:
    lines = known(low=[100, 100], high=[300, 300], none=[]).table().splitlines()
    assert lines[0].split() == ["setting", "seeds", "training", "score", "greedy", "score"]
    assert lines[1].split() == ["low", "2", "50", "(50", "to", "50)", "100", "(100", "to", "100)"]
    assert lines[3].split() == ["none", "0"]


def test_the_picture_shows_curves_and_scores_and_says_so_in_words() -> None:
    figure = plot_experiment(EXPERIMENT, title="Two settings")
    curves, scores = figure.axes
    lines = {line.get_label(): line for line in curves.get_lines()}
    assert set(lines) == {"low", "high"}
    assert set(lines["high"].get_ydata()) == {150.0}
    assert len({line.get_linestyle() for line in lines.values()}) == 2, "not told by colour alone"
    assert [text.get_text() for text in scores.get_xticklabels()] == ["low", "high"]
    words = alternative_text(figure)
    assert (
        words.startswith("Two settings: interquartile means")
        and "high: training score 150" in words
    )


def test_a_curve_begins_with_the_mean_of_the_first_hundred_episodes() -> None:
    """The first episodes that end are the shortest: their mean would look like learning."""
    records: list[Any] = [
        {"episode": i, "score": float(i), "steps": 10, "batch": i} for i in range(200)
    ]
    (curve,) = curves_on(np.array([0.0, 1000.0, 2000.0]), [Run(0, records, 0.0)])
    np.testing.assert_allclose(curve, [np.arange(100).mean()] * 2 + [np.arange(100, 200).mean()])


def test_without_a_finished_training_there_is_nothing_to_draw() -> None:
    with pytest.raises(ValueError, match="no training"):
        plot_experiment(known(low=[]))


def test_in_a_notebook_the_bar_counts_trainings_and_ends_green(run_cells: Any) -> None:
    [outputs] = run_cells(
        "from helpers import *\n"
        "short = Training(episodes=8, environments=4)\n"
        "e = compare_settings({'random': Setting(RandomAgent, short)}, seeds=range(3))\n"
        "plot_experiment(e)"
    )
    bar, picture = (output["data"] for output in outputs)
    assert "3 trainings" in bar["text/html"] and "#009E73" in bar["text/html"]
    assert "image/png" in picture and 'alt="Comparison: ' in picture["text/html"]


def test_any_way_to_make_an_agent_will_do() -> None:
    experiment = compare_settings(
        {"x": Setting(partial(RandomAgent, n_actions=2), SHORT)}, seeds=[0]
    )
    assert len(experiment.runs["x"]) == 1
