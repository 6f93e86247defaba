"""What a calibration makes of its trainings."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.authoring.calibration import Run
from autograder.authoring.curves import learning_curve
from autograder.units import unit_named
from helpers.plots import running_mean

RISING = tuple(float(score) for score in range(300))


def _run(seed: int, scores: tuple[float, ...]) -> Run:
    return Run(seed, 500.0, 1_000, 1.0, scores, tuple(int(score) for score in scores))


def test_the_curve_is_the_mean_that_is_drawn_of_a_students_own_scores():
    curve = learning_curve(unit_named("dqn"), [_run(0, RISING), _run(1, RISING)], "dqn")
    own = running_mean(np.asarray(RISING), curve["window"])[np.asarray(curve["grid"]) - 1]
    for line in ("low", "median", "high"):
        assert curve[line] == pytest.approx(own, abs=0.05)


def test_a_training_that_has_ended_keeps_its_last_value():
    ended = _run(0, RISING[:150])
    curve = learning_curve(unit_named("dqn"), [ended, _run(1, RISING)], "dqn")
    last = running_mean(np.asarray(RISING[:150]), curve["window"])[-1]
    other = running_mean(np.asarray(RISING), curve["window"])[curve["grid"][-1] - 1]
    assert curve["median"][-1] == pytest.approx((last + other) / 2, abs=0.05)


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
