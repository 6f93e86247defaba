"""A student's agent, made so that a mistake in its network costs nothing here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import CheckFailed
from autograder.messages import Message
from autograder.units.shared.networks import WIDTH
from autograder.worker.interface import Layer, Returned, Student, StudentError, StudentObject


@dataclass(frozen=True)
class AgentKind:
    """The names of a student's agent and network class; heads: the network's outputs."""

    agent_class: str
    network_class: str
    heads: int = 1


def make_agent(student: Student, kind: AgentKind, random: np.random.Generator) -> StudentObject:
    """A fresh agent; within `student.doubles()`.

    If its own network cannot be made, which is asked at its own exercise, it gets one of the
    checks'.
    """
    if not _can_be_made(student, kind.network_class):
        network = _stand_in(student, kind, random)
        student.double(kind.network_class, ("hidden_size", "n_actions"), Returned((network,)))
    agent = student.call(kind.agent_class)
    if not isinstance(agent, StudentObject):
        raise CheckFailed(
            "no_agent", Message("{name}() should make an agent.", name=kind.agent_class)
        )
    return agent


def network_of(agent: StudentObject) -> StudentObject:
    """The network that decides. Raises CheckFailed if the agent has none in `net`."""
    network = agent.get("net")
    if not isinstance(network, StudentObject):
        raise CheckFailed("no_network", "The agent should keep its network in self.net.")
    return network


def _can_be_made(student: Student, network_class: str) -> bool:
    try:
        network = student.call(network_class)
        return isinstance(network, StudentObject) and bool(network.parameters())
    except StudentError:
        return False


def _stand_in(student: Student, kind: AgentKind, random: np.random.Generator) -> StudentObject:
    """A network for an agent whose own one cannot be made."""

    def layer(inputs: int, outputs: int) -> Layer:
        return (
            random.normal(scale=0.3, size=(inputs, outputs)).astype(np.float32),
            np.zeros(outputs, np.float32),
        )

    critic = layer(8, 1) if kind.heads == 2 else None
    return student.network([layer(WIDTH, 8), layer(8, 2)], softmax=True, critic=critic)
