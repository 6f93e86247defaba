"""`check("unit/agent", make_agent)`: red lines instead of tracebacks, and scores as they are."""

import numpy as np
import pytest

from autograder.notebook.check import CheckReport, check_answers
from autograder.results import EvaluationResult, TaskResult
from helpers import AbstractAgent


class Agent(AbstractAgent):
    def __init__(self, lr=0.1):
        pass

    def act(self, observation, explore=True):
        return np.zeros(len(observation))


@pytest.mark.parametrize(
    ("make_agent", "says"),
    [
        (lambda: Agent(learning_rate=0.1), "unexpected keyword argument 'learning_rate'"),
        (lambda: None, "make_agent() must return an agent: it returned nothing (None)"),
        (lambda: Agent, "Agent is the class itself: make one, Agent(...)"),
        (lambda: Agent(), "whole numbers, not float64"),
    ],
)
def test_what_a_training_stops_with_is_a_red_line(make_agent, says):
    report = check_answers("policy_network/agent", (make_agent,))

    assert float(report) == 0
    assert says in repr(report) and "✗ reaches threshold" in repr(report)


def test_thresholds_of_any_scale_are_shown_as_they_are():
    task = TaskResult("lake/agent", 0.0, 6.0)
    report = CheckReport(task, EvaluationResult(100, 0.68, 0.7, (1,), (0.68,)))

    assert "mean score 0.68 over 100 episodes; 0.7 needed" in repr(report)
