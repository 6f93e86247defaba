"""The rule of the trained agent: seldom wrong, and said to be so wherever it is stated."""

from dataclasses import asdict

import pytest

from autograder.agents.error_bounds import (
    fails_at_most,
    in_words,
    passes_at_most,
    read_record,
    record_paths,
)
from autograder.authoring.edits import mistakes_of
from autograder.course import Course
from autograder.units import unit_named, unit_names

COURSE = Course.find()
UNITS = [unit for unit in map(unit_named, unit_names()) if unit.agent is not None]
RULE = {"threshold": 475.0, "trainings": 3}


def records(unit):
    """The folder of a unit's records."""
    return COURSE.calibration(unit.assignment)


class TestBounds:
    def test_thirty_of_thirty_trainings_show_that_one_fails_in_ten_times_at_most(self):
        single = 1 - 0.05 ** (1 / 30)  # so that 30 passes have a chance of 5 %

        assert fails_at_most(30, [500.0] * 30, RULE) == pytest.approx(single**3)

    def test_a_rule_with_one_training_has_no_second_chance(self):
        fails = fails_at_most(30, [500.0] * 30, {"threshold": 475.0, "trainings": 1})

        assert fails == pytest.approx(0.095, abs=1e-3)

    def test_who_never_passes_always_fails(self):
        assert fails_at_most(0, [9.0] * 30, RULE) == 1

    def test_where_nothing_is_trained_scores_far_above_the_threshold_seldom_miss_it(self):
        scores = [489.0, 491.0, 489.0, 491.0]  # mean 490, variance 4 / 3

        fails = fails_at_most(4, scores, {"threshold": 100.0})

        assert fails == pytest.approx((4 / 3) / (4 / 3 + 390**2))

    @pytest.mark.parametrize("scores", [[490.0, 99.0, 490.0], [490.0], [100.0, 100.0]])
    def test_nothing_is_promised_of_what_has_missed_it_or_was_not_measured(self, scores):
        assert fails_at_most(len(scores), scores, {"threshold": 100.0}) == 1

    def test_scores_far_below_the_threshold_seldom_reach_it(self):
        scores = [9.0, 11.0, 9.0, 11.0]  # mean 10, variance 4 / 3
        single = (4 / 3) / (4 / 3 + 465**2)

        assert passes_at_most(scores, RULE, 0, 0) == pytest.approx(3 * single, rel=1e-4)

    def test_scores_that_vary_as_much_as_they_are_below_it_reach_it_often(self):
        assert passes_at_most([0.0, 470.0], RULE, 0, 0) > 0.5

    @pytest.mark.parametrize("scores", [[480.0, 9.0, 9.0], [9.0], [476.0, 476.0]])
    def test_nothing_is_promised_of_what_has_passed_or_was_not_measured(self, scores):
        assert passes_at_most(scores, RULE, 0, 0) == 1

    def test_who_never_learned_when_asked_passes_more_seldom(self):
        scores = [100.0, 200.0, 300.0]
        reaches = 1e4 / (1e4 + 275**2)
        learns = 1 - 0.05 ** (1 / 50)  # so that 50 failures have a chance of 5 %

        passes = passes_at_most(scores, RULE, asked=50, learned=0)

        assert passes == pytest.approx(1 - (1 - reaches * learns) ** 3)

    def test_who_always_learned_when_asked_is_held_back_by_the_threshold_alone(self):
        scores = [100.0, 200.0, 300.0]

        assert passes_at_most(scores, RULE, 50, 50) == passes_at_most(scores, RULE, 0, 0)


@pytest.mark.parametrize("name", unit_names())
def test_a_right_solution_fails_at_most_once_in_a_thousand_times(name):
    measured = read_record(records(unit_named(name)) / "reference.json")

    assert measured["seeds"] >= 30
    assert measured["rule_fails_at_most"] <= 1 / 1000


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
class TestRecords:
    def test_the_rule_that_was_measured_is_the_rule_that_is_used(self, unit):
        for path in record_paths(records(unit)):
            measured = read_record(path)["rule"]
            called = {"on_episode": None, "on_interrupt": None}
            assert measured["training"] | called == asdict(unit.agent.training)
            assert measured["threshold"] == unit.agent.threshold
            assert measured["trainings"] == unit.agent.trainings

    def test_what_only_the_score_shows_never_passed(self, unit):
        scored = [mistake.name for mistake in mistakes_of(unit, COURSE) if mistake.is_scored]

        assert scored
        for name in scored:
            measured = read_record(records(unit) / f"{name}.json")
            assert measured["seeds"] >= 10
            assert measured["passed"] == 0
            assert measured["rule_passes_at_most"] <= 1 / 100

    def test_the_student_is_told_the_rule_and_how_often_it_is_wrong(self, unit):
        text = COURSE.released(unit.assignment).read_text()

        assert "once in 1,000" in text
        assert "once in 100" in text
        assert f"{unit.agent.threshold:g}" in text

    def test_the_instructor_is_told(self, unit):
        words = in_words(unit.agent, records(unit))

        assert "up to 3 times" in words
        assert f"{unit.agent.threshold:g} over 100 greedy episodes" in words
        assert words.count("at most once in") == 2
