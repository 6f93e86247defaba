"""A unit that trains no agent is measured, too: its rule of thumb, played by its own loop."""

import numpy as np
import pytest

from autograder.authoring.calibration import record, train_variant
from autograder.authoring.curves import learning_curve
from autograder.units import unit_named

UNIT = unit_named("meet_cartpole")


@pytest.fixture(scope="module")
def runs(course):
    return [train_variant(course.root, UNIT.name, "reference", seed) for seed in (0, 1)]


def test_the_rule_stays_as_good_as_it_is(runs):
    for run in runs:
        first, last = np.mean(run.scores[:50]), np.mean(run.scores[50:])
        assert run.score > 400 and abs(first - last) < 60


def test_a_seed_gives_the_same_scores_again(course, runs):
    assert train_variant(course.root, UNIT.name, "reference", 1).scores == runs[1].scores
    assert runs[0].scores != runs[1].scores


def test_the_mistake_of_the_diagnosis_stays_below_chance(course):
    run = train_variant(course.root, UNIT.name, "observation_not_updated", 0)

    assert 8 < run.score < 12


def test_the_record_names_the_threshold_and_the_curve_what_counts_as_solved(runs):
    measured = record(UNIT, runs)
    curve = learning_curve(UNIT, runs, "meet_cartpole")

    assert measured["passed"] == 2 and measured["rule"]["threshold"] == 100
    assert curve["threshold"] == 475 and curve["seeds"] == 2 and curve["grid"][-1] == 100
