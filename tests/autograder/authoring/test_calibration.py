"""What a calibration makes of its trainings."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.authoring.calibration import Run
from autograder.authoring.curves import learning_curve
from autograder.units import unit_named
from helpers.batches import shuffled_in_batches
from helpers.plots import running_mean

RISING = tuple(float(score) for score in range(300))


def _run(seed: int, scores: tuple[float, ...]) -> Run:
    return Run(seed, 500.0, 1_000, 1.0, scores, tuple(int(score) for score in scores))


def test_the_curve_is_the_mean_that_is_drawn_of_a_students_own_scores():
    curve = learning_curve(unit_named("dqn"), [_run(0, RISING), _run(1, RISING)], "dqn")
    records = [{"score": score, "batch": i // 32} for i, score in enumerate(RISING)]
    nine_batches = shuffled_in_batches(records[:288])
    drawn = [record["score"] for record in nine_batches]
    assert curve["grid"][-1] == 288 and curve["greedy"]
    own = running_mean(np.asarray(drawn), curve["window"])[np.asarray(curve["grid"]) - 1]
    for line in ("low", "median", "high"):
        assert curve[line] == pytest.approx(own, abs=0.05)


def test_a_training_that_has_ended_keeps_its_last_value():
    ended = _run(0, RISING[:160])
    curve = learning_curve(unit_named("dqn"), [ended, _run(1, RISING[:288])], "dqn")
    last = np.mean(RISING[128:160])
    other = np.interp(curve["grid"][-1], [256, 288], [np.mean(RISING[224:256]), 271.5])
    assert curve["median"][-1] == pytest.approx((last + other) / 2, abs=8)


@pytest.mark.parametrize(
    ("name", "window"), [("meet_cartpole", 20), ("dqn", 32), ("policy_network", 64)]
)
def test_the_mean_goes_over_whole_batches(name: str, window: int):
    curve = learning_curve(unit_named(name), [_run(0, RISING)], name)
    assert curve["window"] == window
    assert curve["grid"][0] == window


def test_a_training_that_raised_has_no_curve():
    raised = Run(1, None, 0, 0.1, (), ())
    curve = learning_curve(unit_named("dqn"), [_run(0, RISING), raised], "dqn")
    assert curve["seeds"] == 1
