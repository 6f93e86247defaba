"""Whether an agent's network or table decides: greedy actions are those that it rates best.

An agent that plays by a hand-written rule, or by weights kept elsewhere, has trained nothing.
"""

from __future__ import annotations

import numpy as np

from autograder.agents.candidate import Candidate
from autograder.agents.rejection import PolicyIgnoresNetwork
from autograder.messages import Message

#: Observations on which the agent is asked whether its network decides.
PROBED = 64


def expect_greedy_policy(candidate: Candidate, random: np.random.Generator) -> None:
    """The greedy action has the best value: with the weights as trained, and with others."""
    decider, agent = candidate.spec.decider, candidate.agent
    observation = candidate.spec.world.observations.draw(random, PROBED)
    trained = candidate.weights()
    if not trained:
        raise _ignores(
            candidate,
            "the agent has no {noun} with weights in `agent.{attribute}`",
            noun=decider.noun,
        )
    before = expect_greedy(candidate, observation)
    agent.set_weights(decider.redrawn(trained, random))
    after = expect_greedy(candidate, observation)
    agent.set_weights(trained)
    if before.shape != after.shape:
        raise _ignores(candidate, "`agent.{attribute}` changes the number of its values")
    if np.allclose(before, after):
        raise _ignores(candidate, "other weights in `agent.{attribute}` change nothing")


def expect_greedy(candidate: Candidate, observation: np.ndarray) -> np.ndarray:
    """The values of the network or table, (n, width), of which the greedy actions are the best.

    observation: (n, ...). Raises PolicyIgnoresNetwork where they are not, or there are none.
    """
    decider, space = candidate.spec.decider, candidate.spec.world.actions
    values = candidate.values(observation)
    actions = candidate.greedy(observation)
    if not decider.has_value_of(values, actions):
        raise _ignores(candidate, "`agent.{attribute}` does not give one value per action")
    if not decider.is_greedy(values, actions, space):
        raise _ignores(
            candidate, "`act(..., explore=False)` is not what `agent.{attribute}` rates best"
        )
    return values


def _ignores(candidate: Candidate, template: str, **values: str) -> PolicyIgnoresNetwork:
    attribute = candidate.spec.decider.attribute
    return PolicyIgnoresNetwork(Message(template, attribute=attribute, **values))
