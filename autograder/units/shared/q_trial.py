"""A trial of a Q-learning agent: it learns with doubles, and what it must do then is known.

The doubles (`q_parts.py`) answer with numbers that depend on all their arguments, so the weights
after an update step tell whether everything was done right. What the doubles were called with is
read only to name a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from autograder.checks.expect import CheckFailed
from autograder.messages import Message
from autograder.units.shared.fields import fields_of
from autograder.units.shared.keras_networks import ones
from autograder.units.shared.networks import distance
from autograder.units.shared.q_parts import (
    ACTIONS,
    KNOWN_ROWS,
    Coefficients,
    Doubles,
    QParts,
    known_transitions,
)
from autograder.units.shared.target_network import Parameters
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor
from helpers.agents import Transition

#: Part of a move by which another one may differ and still be the same.
TOLERANCE = 2e-3


@dataclass(frozen=True)
class Batch:
    """Some of the known transitions, as the student's functions should get them."""

    observation: np.ndarray  # (n, 4)
    action: np.ndarray  # (n,)
    reward: np.ndarray  # (n,), as it is learned
    next_observation: np.ndarray  # (n, 4)
    terminated: np.ndarray  # (n,)


@dataclass(frozen=True)
class TrialSettings:
    """What matters of the agent's settings: none of the numbers is the notebook's."""

    values: Mapping[str, float]
    batch_size: int
    gamma: float
    reward_scale: float = 1.0
    tau: float = 0.0
    #: The network that the targets come from.
    targets_from: str = "target_net"
    #: How many of the known transitions differ; the memory gives these out again and again.
    distinct_rows: int = KNOWN_ROWS


class QTrial:
    """One agent among doubles; to be made within `student.doubles()`."""

    def __init__(
        self,
        student: Student,
        random: np.random.Generator,
        parts: QParts,
        settings: TrialSettings,
        *,
        observations: float = 1.0,
        coefficients: Mapping[str, Any] | None = None,
    ) -> None:
        """observations: how large they are. coefficients: in place of those drawn."""
        self.student = student
        self.parts = parts
        self.settings = settings
        self.coefficients = replace(Coefficients.draw(random), **(coefficients or {}))
        rows = np.arange(KNOWN_ROWS) % settings.distinct_rows
        columns = tuple(column[rows] for column in known_transitions(random, observations))
        self.columns = _as_own_memory_gives(student, parts, columns)
        doubles = Doubles(parts, self.coefficients, self.columns, settings.values)
        doubles.install(student, random)
        self.calls = doubles.calls

    @cached_property
    def agent(self) -> StudentObject:
        """The student's agent."""
        made = self.student.call("Settings", **self.settings.values)
        agent = self.student.call(self.parts.agent, made)
        if not isinstance(agent, StudentObject):
            raise CheckFailed(
                "no_agent", Message("{cls}(...) should make an agent.", cls=self.parts.agent)
            )
        return agent

    def network(self, name: str) -> StudentObject:
        """The agent's network in this attribute. Raises CheckFailed if there is none."""
        network = self.agent.get(name)
        if not isinstance(network, StudentObject):
            raise CheckFailed(
                "no_network",
                Message(
                    "self.{name} should hold a network, but what it holds is none. Methods that "
                    "load or set weights return no network: make the network first, and load into "
                    "it on a line of its own.",
                    name=name,
                ),
            )
        return network

    @cached_property
    def net(self) -> StudentObject:
        """The network that learns."""
        return self.network("net")

    @cached_property
    def target_net(self) -> StudentObject:
        """The network that gives the targets."""
        return self.network(self.settings.targets_from)

    @cached_property
    def memory(self) -> StudentObject:
        """The memory that the agent has made. Raises CheckFailed if it has made none."""
        if self.count("memory") == 0:
            raise CheckFailed(
                "no_memory",
                Message(
                    "The agent should make its memory in __init__, as the given line does: "
                    "self.{attribute} = {cls}(...).",
                    attribute=self.parts.memory_attribute,
                    cls=self.parts.memory,
                ),
            )
        memory = self.calls["memory"].call("result", 0)
        assert isinstance(memory, StudentObject)
        return memory

    def update(self, method: str) -> None:
        """Call the agent's method that makes an update step, with transitions in the memory."""
        agent = self.agent
        if self.count("memory"):
            self.memory.call("fill")
        agent.call(method)

    def separate(self) -> None:
        """Give the target network other weights than the network's.

        Each keeps its sign: a further layer that passes positive numbers on would pass none if it
        were turned around, and the values would not depend on the observation any more.
        """
        random = np.random.default_rng(1)
        self.target_net.set_parameters(
            {
                name: (own * random.uniform(0.3, 1.7, size=own.shape)).astype(own.dtype)
                for name, own in self.net.parameters().items()
            }
        )

    def count(self, double: str) -> int:
        """How often a double was called."""
        return int(self.calls[double].get("count")) if double in self.calls else 0

    def counts(self) -> dict[str, int]:
        """How often each double was called."""
        return {name: self.count(name) for name in self.calls}

    def batch(self, number: int = 0) -> Batch:
        """The batch of this number that the memory gives out."""
        n = self.settings.batch_size
        rows = np.arange(number * n, (number + 1) * n) % KNOWN_ROWS
        observation, action, reward, next_observation, terminated = (
            column[rows] for column in self.columns
        )
        return Batch(observation, action, reward, next_observation, terminated)

    def answers(self, network: StudentObject, observation: np.ndarray) -> np.ndarray:
        """A network's Q-values, (n, ACTIONS)."""
        return np.asarray(network(*self._inputs(observation)), dtype=np.float64)

    def gradient(
        self, network: StudentObject, observation: np.ndarray, weights: np.ndarray
    ) -> Parameters:
        """Derivative by the network's parameters of the sum of weights * Q-values."""
        # As in a training, the observations have no gradient.
        kept = map(self.student.put, self._inputs(observation))
        found = self.student.gradients(
            network,
            *kept,
            network=network,
            weights=weights.astype(np.float32),
        ).parameters
        own = network.parameters()
        return {
            name: np.zeros_like(own[name]) if part is None else part for name, part in found.items()
        }

    def _inputs(self, observation: np.ndarray) -> tuple[object, ...]:
        if not self.parts.masked:
            return (Tensor(observation),)
        return ([Tensor(observation), Tensor(ones(len(observation), ACTIONS))],)


def _as_own_memory_gives(
    student: Student, parts: QParts, columns: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    """The known transitions, their actions in the dtype in which the student's memory gives them.

    The student's other functions may have been compiled for it.
    """
    observation, action, reward, next_observation, terminated = columns
    transition = Transition(
        observation=observation,
        action=action,
        reward=reward,
        next_observation=next_observation,
        terminated=terminated,
        truncated=np.zeros(KNOWN_ROWS, dtype=bool),
        episode=np.arange(KNOWN_ROWS),
    )
    try:
        memory = student.call(parts.memory, KNOWN_ROWS)
        if not isinstance(memory, StudentObject):
            return columns
        memory.call(parts.push, transition)
        batch = memory.call("sample", 1)
    except StudentError:
        return columns
    given = fields_of(batch, [field.name for field in fields(Batch)])
    if isinstance(given, list) and len(given) == len(columns):
        given = given[1]
    if isinstance(given, np.ndarray) and given.dtype.kind in "iu":
        action = action.astype(given.dtype)
    return observation, action, reward, next_observation, terminated


def alike(first: Parameters, second: Parameters) -> bool:
    """Whether two moves of a network's weights are the same, but for rounding."""
    size = max(_size(first), _size(second))
    return distance(first, second) <= TOLERANCE * size


def moved(before: Parameters, after: Parameters, rate: float = 1.0) -> Parameters:
    """Minus the move, divided by the rate: the gradient that plain descent has followed."""
    return {name: (before[name] - after[name]) / rate for name in before}


def is_zero(move: Parameters) -> bool:
    """Whether nothing has moved at all."""
    return not any(np.any(part) for part in move.values())


def _size(move: Parameters) -> float:
    return float(np.sqrt(sum(np.sum(np.square(part, dtype=np.float64)) for part in move.values())))
