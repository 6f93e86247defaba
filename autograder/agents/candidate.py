"""An agent that is judged: the student's object, seen by the training loop and by the checks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.agents.rejection import NotFresh, PolicyIgnoresNetwork
from autograder.agents.spaces import ActionSpace
from autograder.agents.spec import AgentSpec
from autograder.checks.expect import CheckFailed
from autograder.messages import Message
from autograder.worker.interface import Student, StudentError, StudentObject
from helpers.agents import AbstractAgent, Transition


@dataclass(frozen=True)
class Candidate:
    """An agent of the student's.

    spec: what the unit says about its agents. made: the student's object. agent: what the training
    loop calls; it returns valid actions only.
    """

    spec: AgentSpec
    student: Student
    made: StudentObject
    agent: AbstractAgent

    @classmethod
    def make(cls, spec: AgentSpec, student: Student) -> Candidate:
        """Make a new agent. Raises StudentError if the student's function returns none."""
        made = student.call(spec.factory)
        if not isinstance(made, StudentObject):
            returned = "nothing (None)" if made is None else f"{made!r:.80}"
            raise _no_agent(spec, f"it returned {returned}")
        try:
            agent = student.agent(made, spec.world.steps)
        except StudentError as error:
            raise _no_agent(spec, error.message) from error
        return cls(spec, student, made, ValidActions(agent, spec.world.actions))

    def fresh(self) -> Candidate:
        """Another agent, made in the same way.

        Raises NotFresh if it is this one, or has this one's network.
        """
        other = Candidate.make(self.spec, self.student)
        if self.student.same(self.made, other.made):
            raise NotFresh(Message("it returned the same agent both times"))
        mine, others = self._decider(), other._decider()
        if mine is not None and others is not None and self.student.same(mine, others):
            raise NotFresh(
                Message(
                    "`agent.{attribute}` is one and the same object in both agents",
                    attribute=self.spec.decider.attribute,
                )
            )
        return other

    def _decider(self) -> StudentObject | None:
        """What decides for the agent, if it is an object where it should be."""
        try:
            found = self.student.get(self.made, self.spec.decider.attribute)
        except StudentError:
            return None
        return found if isinstance(found, StudentObject) else None

    def values(self, observation: np.ndarray) -> np.ndarray:
        """The output of the agent's network or table, (n, ...) to (n, width).

        Raises PolicyIgnoresNetwork if it is not such an array.
        """
        decider = self.spec.decider
        try:
            values = decider.values(self.student, self.made, observation)
        except CheckFailed as failed:
            raise PolicyIgnoresNetwork(failed.message) from failed
        if (
            not isinstance(values, np.ndarray)
            or values.ndim != 2
            or len(values) != len(observation)
        ):
            raise PolicyIgnoresNetwork(
                Message(
                    "`agent.{attribute}` does not give one row of values per observation",
                    attribute=decider.attribute,
                )
            )
        return values

    def greedy(self, observation: np.ndarray) -> np.ndarray:
        """The agent's best actions, (n, ...) to (n, ...)."""
        return self.agent.act(observation, explore=False)

    def weights(self) -> list[np.ndarray]:
        """Copies of its weights, once everything handed to `train` has been learned."""
        return self.agent.get_weights()


class ValidActions(AbstractAgent):
    """An agent whose every action exists in the environment."""

    def __init__(self, agent: AbstractAgent, actions: ActionSpace) -> None:
        self._agent = agent
        self._actions = actions

    def start_episode(self, observation: np.ndarray) -> None:
        """Start a batch of episodes."""
        self._agent.start_episode(observation)

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """The agent's actions. Raises InvalidAction if one does not exist."""
        return self._actions.expect_valid(self._agent.act(observation, explore))

    def train(self, transition: Transition) -> None:
        """Learn from a step."""
        self._agent.train(transition)

    def get_weights(self) -> list[np.ndarray]:
        """The agent's own."""
        return self._agent.get_weights()

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Put the agent's own back."""
        self._agent.set_weights(weights)


def _no_agent(spec: AgentSpec, why: str) -> StudentError:
    return StudentError("TypeError", f"{spec.factory}() must return an agent: {why}")
