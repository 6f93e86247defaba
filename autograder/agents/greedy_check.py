"""Whether an agent's network decides: greedy actions are those that the network rates best.

Who plays by a rule written by hand, or by weights kept elsewhere, has trained nothing.
"""

from __future__ import annotations

import numpy as np

from autograder.agents.rule import AgentRule
from autograder.checks.expect import CheckFailed
from autograder.worker.interface import Student, StudentObject
from helpers.agents import AbstractAgent

#: Observations on which the agent is asked whether its network decides.
PROBED = 64


class PolicyIgnoresNetwork(Exception):
    """The agent's actions are not those of its network."""


def expect_greedy_policy(
    rule: AgentRule,
    student: Student,
    made: StudentObject,
    agent: AbstractAgent,
    random: np.random.Generator,
    width: int,
) -> None:
    """The greedy action is the largest value of the network: as trained, and with other weights."""
    observation = random.normal(size=(PROBED, width)).astype(np.float32)
    trained = agent.get_weights()
    if not trained:
        raise PolicyIgnoresNetwork("the agent has no network with weights in `agent.net`")
    before = expect_greedy(rule, student, made, agent, observation)
    other = [
        random.normal(scale=0.5, size=np.shape(weight)).astype(weight.dtype)
        if weight.dtype.kind == "f"
        else weight
        for weight in trained
    ]
    agent.set_weights(other)
    after = expect_greedy(rule, student, made, agent, observation)
    agent.set_weights(trained)
    if before.shape != after.shape:
        raise PolicyIgnoresNetwork("`agent.net` changes the number of its values")
    if np.allclose(before, after):
        raise PolicyIgnoresNetwork("other weights in `agent.net` change nothing")


def expect_greedy(
    rule: AgentRule,
    student: Student,
    made: StudentObject,
    agent: AbstractAgent,
    observation: np.ndarray,
) -> np.ndarray:
    """The values of the network, (n, n_actions), of which the greedy action is the largest.

    observation: (n, width). Raises PolicyIgnoresNetwork where it is not, or there are none.
    """
    values = values_of(rule, student, made, observation)
    if not isinstance(values, np.ndarray) or values.ndim != 2 or len(values) != len(observation):
        raise PolicyIgnoresNetwork("`agent.net` does not give one row of values per observation")
    actions = agent.act(observation, explore=False)
    if values.shape[1] <= actions.max():
        raise PolicyIgnoresNetwork("`agent.net` does not give one value per action")
    chosen = values[np.arange(len(values)), actions]
    if not np.all(chosen >= values.max(axis=1) - 1e-5):
        raise PolicyIgnoresNetwork("`act(..., explore=False)` is not what `agent.net` rates best")
    return values


def values_of(
    rule: AgentRule, student: Student, made: StudentObject, observation: np.ndarray
) -> object:
    """What the agent's network says. Raises PolicyIgnoresNetwork if that is nothing to read."""
    try:
        return rule.values(student, made, observation)
    except CheckFailed as wrong:
        raise PolicyIgnoresNetwork(wrong.message) from wrong
