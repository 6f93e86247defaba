"""The grader's own copy of an agent's network or table, for the greedy tests of a training.

A test takes many steps, and asking the sandbox for each costs as much as the steps themselves. A
copy costs three questions. Tests decide when a training stops and which weights it keeps, no more:
the score is that of the agent itself. Copies are made without a sandbox, too, so that a check in
the notebook and a calibration train as the grader does. (An agent that draws numbers even where it
does not explore finds others in the notebook's own training; so does one with another seed.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.agents.candidate import Candidate
from autograder.agents.decider import Copy
from autograder.agents.dense_copy import softmax
from autograder.agents.greedy_check import PROBED, expect_greedy
from autograder.agents.rejection import AgentRejected
from autograder.worker.interface import StudentError
from helpers.agents import AbstractAgent, Transition


def matching_copy(
    copies: Sequence[Copy], observation: np.ndarray, values: np.ndarray
) -> Copy | None:
    """The first copy with these values for the observations, before or after a softmax.

    observation: (n, ...); values: (n, width).
    """
    with np.errstate(all="ignore"):  # whatever the weights are
        for copy in copies:
            found = copy(observation)
            if any(np.allclose(values, same, 1e-3, 1e-5) for same in (found, softmax(found))):
                return copy
    return None


class AgentTestedByCopy(AbstractAgent):
    """A student's agent while it trains: greedy actions come from a copy, if there can be one."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.agent = candidate.agent
        self._copy: Copy | None = None
        self._is_new = True  # nothing was trained since the copy was made, or could not be

    def start_episode(self, observation: np.ndarray) -> None:
        """The student's agent gets ready for a new batch of episodes."""
        self.agent.start_episode(observation)

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """The student's actions, or its copy's, one row for each observation."""
        if explore:
            return self.agent.act(observation)
        if self._is_new:
            self._is_new = False
            self._copy = self._matching_copy()
        if self._copy is None:
            return self.agent.act(observation, explore=False)
        spec = self.candidate.spec
        return spec.decider.greedy(self._copy(observation), spec.world.actions)

    def train(self, transition: Transition) -> None:
        """Learn from a step; after it, the network is another one."""
        self.agent.train(transition)
        self._is_new = True

    def get_weights(self) -> list[np.ndarray]:
        """The student's own."""
        return self.agent.get_weights()

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Put the student's own back."""
        self.agent.set_weights(weights)
        self._is_new = True

    def _matching_copy(self) -> Copy | None:
        """A copy of the network or table, if the agent acts by it; None if there is none."""
        world = self.candidate.spec.world
        framework = self.candidate.student.framework
        copies = self.candidate.spec.decider.copies(self.get_weights(), framework, world)
        if not copies:
            return None  # and is not asked: layers of other kinds may change when they are
        probe = world.observations.draw(np.random.default_rng(0), PROBED)
        try:
            values = expect_greedy(self.candidate, probe)
        except (StudentError, AgentRejected):
            return None  # reported when the agent is scored
        if values.shape != (PROBED, world.actions.width):
            return None
        return matching_copy(copies, probe, values)
