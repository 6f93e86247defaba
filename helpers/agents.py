"""The one agent interface of the course: act, train, and the start of an episode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np

from helpers.weights import get_weights, set_weights


class Transition(NamedTuple):
    """What one step of `n` environments side by side taught the agent.

    Only environments whose episode is still running have a row. `episode` tells the rows
    apart: an environment keeps its number from the first step of the batch to its last.
    """

    observation: np.ndarray  # (n, 4) float32, seen before the step
    action: np.ndarray  # (n,) int64, chosen by the agent
    reward: np.ndarray  # (n,) float32
    next_observation: np.ndarray  # (n, 4) float32, seen after the step
    terminated: np.ndarray  # (n,) bool, the pole fell: nothing comes after this step
    truncated: np.ndarray  # (n,) bool, the time limit cut the episode: it would have gone on
    episode: np.ndarray  # (n,) int64, which of the episodes side by side


class AbstractAgent(ABC):
    """An agent chooses actions for a batch of observations and learns from what follows.

    One cart pole is a batch of one: every method works for any number of rows.
    """

    #: The network that decides (a torch module or a Keras model), or None if there is none.
    net: Any = None

    def start_episode(self, observation: np.ndarray) -> None:  # noqa: B027
        """Get ready for a new batch of episodes.

        observation: (n, 4) float32, the first observation of each of the `n` episodes.
        """

    @abstractmethod
    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """Choose an action for each row.

        observation: (n, 4) float32. Returns (n,) int64.
        explore: False asks for the best action known, without chance and without learning.
        """

    def train(self, transition: Transition) -> None:  # noqa: B027
        """Learn from one step of every environment that is still running."""

    def get_weights(self) -> list[np.ndarray]:
        """Copy the weights of the deciding network; an empty list if there is none."""
        return [] if self.net is None else get_weights(self.net)

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Put weights taken by `get_weights` back. Raises ValueError if they do not fit."""
        if self.net is not None:
            set_weights(self.net, weights)


class RandomAgent(AbstractAgent):
    """The baseline: any action, whatever it sees."""

    def __init__(self, n_actions: int = 2, seed: int | None = None) -> None:
        self.n_actions = n_actions
        self.random = np.random.default_rng(seed)

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """Draw an action for each row, all equally likely; (n, 4) to (n,) int64."""
        return self.random.integers(self.n_actions, size=len(observation))
