"""A unit knows its tasks, its points, and whether there is something to calibrate."""

import re

import pytest

from autograder.checks.task import Task, check
from autograder.course import CourseError
from autograder.units import Unit, unit_named


class Double(Task):
    @check(points=2)
    def doubles(self, student, random):
        pass


SILENT = Unit("small", "small", None, (Double("small/one"), Double("small/two")))
AGENT = unit_named("policy_network").agent
TRAINING = Unit("small", "small", None, SILENT.tasks, agent=AGENT)


def test_points_are_those_of_the_tasks_and_the_agent_comes_last():
    assert SILENT.task_points == (("small/one", 2), ("small/two", 2))
    assert SILENT.max_points == 4
    assert TRAINING.task_points == (*SILENT.task_points, ("small/agent", AGENT.points))
    assert TRAINING.max_points == 4 + AGENT.points


def test_a_task_is_found_by_its_name_and_an_unknown_one_is_answered_with_those_there_are():
    assert SILENT.task("small/two") is SILENT.tasks[1]
    known = re.escape("It has: small/one, small/two, small/agent.")
    with pytest.raises(CourseError, match=f"No task small/three in small. {known}"):
        TRAINING.task("small/three")


def test_what_trains_or_plays_is_calibrated():
    played = unit_named("meet_cartpole").played
    assert not SILENT.is_calibrated
    assert TRAINING.is_calibrated
    assert Unit("small", "small", None, (), played=played).is_calibrated
