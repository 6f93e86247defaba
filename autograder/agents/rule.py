"""The rule by which a trained agent is judged: how it is trained, and what it must reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from autograder.worker.interface import Student, StudentObject, Tensor
from helpers.training import Training

#: Values of the actions as the agent's own network computes them, (n, n_actions).
NetworkValues = Callable[[Student, StudentObject, np.ndarray], object]


def values_of_net(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    """What `agent.net` says of each observation: (n, 4) to (n, n_actions)."""
    return student.call_method(agent, "net", Tensor(observation))


class Learns(Enum):
    """What an agent's rewards move."""

    PROBABILITIES = "the probabilities of its actions, step by step"
    VALUES = "the values of its actions, in the long run"


@dataclass(frozen=True)
class AgentRule:
    """How a fresh agent of the student's is trained and scored by the grader.

    factory: the student's function that makes it. training: its budget.
    threshold: the mean score to reach, greedily, over `episodes` fresh episodes.
    trainings: at most so many, with different seeds and disguises; the first pass ends it.
    processor_seconds: limit of one training.
    learns: what its rewards move: asked of an agent that reached the threshold, because a search
    for good weights reaches it, too.
    """

    points: float
    training: Training
    threshold: float
    environment: str = "CartPole-v1"
    factory: str = "make_agent"
    episodes: int = 100
    trainings: int = 3
    processor_seconds: float = 60.0
    values: NetworkValues = values_of_net
    learns: Learns | None = None


@dataclass(frozen=True)
class PlayedRule:
    """What a unit shows that trains no agent: its rule of thumb, played by its own loop.

    loop, rule: the student's functions. threshold: the mean score to reach.
    """

    threshold: float
    environment: str = "CartPole-v1"
    loop: str = "play_episode"
    rule: str = "rule"
    episodes: int = 100
