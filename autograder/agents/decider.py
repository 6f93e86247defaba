"""What makes an agent's decisions: a network of values, a table of values, a network of means."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.agents.dense_copy import dense_networks
from autograder.agents.spaces import ActionSpace
from autograder.agents.world import GradedWorld
from autograder.worker.interface import Student, StudentObject, Tensor

#: Asks an agent for its values of some observations, (n, ...) to (n, width).
ValuesOf = Callable[[Student, StudentObject, np.ndarray], object]
#: The grader's own copy of a network or table.
Copy = Callable[[np.ndarray], np.ndarray]


def values_of_net(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    """The output of `agent.net` for each observation, (n, width) to (n, n_actions)."""
    return student.call_method(agent, "net", Tensor(observation))


class Decider(ABC):
    """The part of an agent that is trained and decides what it does.

    noun: what messages call it. attribute: where the agent keeps it.
    """

    noun: str
    attribute: str

    @abstractmethod
    def values(self, student: Student, agent: StudentObject, observation: np.ndarray) -> object:
        """Its values of some observations, (n, ...) to (n, width), not yet validated."""

    def greedy(self, values: np.ndarray, space: ActionSpace) -> np.ndarray:
        """The best actions by these values, (n, width) to (n, ...)."""
        return values.argmax(axis=1)

    def is_greedy(self, values: np.ndarray, actions: np.ndarray, space: ActionSpace) -> bool:
        """Whether the actions are the best ones by these values, up to rounding."""
        best = values.max(axis=1)
        chosen = values[np.arange(len(values)), actions]
        return bool(np.all(chosen >= best - 1e-5 - 1e-6 * np.abs(best)))

    def has_value_of(self, values: np.ndarray, actions: np.ndarray) -> bool:
        """Whether there is a value for each of the actions."""
        return bool(values.shape[1] > actions.max())

    def log_likelihood(self, values: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """How likely exploring chooses the actions, in logarithms up to a constant, (n,).

        values: probabilities of all actions, (n, n_actions).
        """
        likely = values[np.arange(len(values)), actions].astype(np.float64)
        return np.log(np.clip(likely, 1e-8, 1.0))

    def redrawn(self, weights: list[np.ndarray], random: np.random.Generator) -> list[np.ndarray]:
        """Other weights of the same shapes and dtypes; only floats are drawn anew."""
        return [
            random.normal(scale=0.5, size=np.shape(weight)).astype(weight.dtype)
            if weight.dtype.kind == "f"
            else weight
            for weight in weights
        ]

    def copies(
        self, weights: list[np.ndarray], framework: str | None, world: GradedWorld
    ) -> list[Copy]:
        """Candidates for a copy, from these weights; `matching_copy` picks the right one."""
        return []


@dataclass(frozen=True)
class Network(Decider):
    """A network with a value or probability for each action; the largest decides."""

    values_of: ValuesOf = values_of_net
    noun: str = "network"
    attribute: str = "net"

    def values(self, student: Student, agent: StudentObject, observation: np.ndarray) -> object:
        """The network's output for each action, (n, n_actions)."""
        return self.values_of(student, agent, observation)

    def copies(
        self, weights: list[np.ndarray], framework: str | None, world: GradedWorld
    ) -> list[Copy]:
        """Dense networks of these weights."""
        inputs, outputs = world.observations.width, world.actions.width
        return [*dense_networks(weights, framework, inputs, outputs)]


@dataclass(frozen=True)
class Table(Decider):
    """A table with a value for each state and action; the largest decides."""

    attribute: str = "q"
    noun: str = "table"

    def values(self, student: Student, agent: StudentObject, observation: np.ndarray) -> object:
        """The rows of the states, (n,) to (n, n_actions)."""
        table = student.get(agent, self.attribute)
        if not isinstance(table, np.ndarray) or table.ndim != 2 or len(table) <= observation.max():
            return None
        return table[observation]

    def redrawn(self, weights: list[np.ndarray], random: np.random.Generator) -> list[np.ndarray]:
        """Other tables; whole numbers are drawn anew, too."""
        return [
            random.normal(scale=10.0, size=weight.shape).astype(weight.dtype) for weight in weights
        ]

    def copies(
        self, weights: list[np.ndarray], framework: str | None, world: GradedWorld
    ) -> list[Copy]:
        """The table itself."""
        shape = world.observations.width, world.actions.width
        return [table.__getitem__ for table in weights if table.shape == shape]


@dataclass(frozen=True)
class Mean(Network):
    """A network whose output is the action itself: the mean of a policy for continuous actions."""

    noun: str = "network"

    def greedy(self, values: np.ndarray, space: ActionSpace) -> np.ndarray:
        """The means within the bounds of the actions, (n, k)."""
        return space.clip(values)

    def is_greedy(self, values: np.ndarray, actions: np.ndarray, space: ActionSpace) -> bool:
        """Whether the actions are the means, clipped to their bounds, up to rounding."""
        return bool(np.allclose(space.clip(values), actions, rtol=1e-4, atol=1e-4))

    def has_value_of(self, values: np.ndarray, actions: np.ndarray) -> bool:
        """Whether there is one number for each number of an action."""
        return values.shape == actions.shape

    def log_likelihood(self, values: np.ndarray, actions: np.ndarray) -> np.ndarray:
        """That of a normal distribution around the means, (n, k) to (n,), up to a constant."""
        return -0.5 * np.sum(np.square(actions.astype(np.float64) - values), axis=1)
