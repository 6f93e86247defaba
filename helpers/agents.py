"""The one agent interface of the course: act, train, and the start of an episode."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import numpy as np

from helpers.weights import get_weights, set_weights


class Transition(NamedTuple):
    """What one step of `n` environments in parallel taught the agent.

    Only environments whose episode is still running have a row. `episode` tells the rows
    apart: an environment keeps its number from the first step of the batch to its last.
    Observations and actions are rows of the environment's spaces: of the cart pole (n, 4) float32
    and (n,) int64; of an environment with numbered states (n,) int64; of continuous actions
    (n, k) float32.
    """

    observation: np.ndarray  # (n, ...), seen before the step
    action: np.ndarray  # (n,) int64 or (n, k) float32, chosen by the agent
    reward: np.ndarray  # (n,) float32
    next_observation: np.ndarray  # (n, ...), seen after the step
    terminated: np.ndarray  # (n,) bool, the episode is over: nothing comes after this step
    truncated: np.ndarray  # (n,) bool, the time limit cut the episode: it would have gone on
    episode: np.ndarray  # (n,) int64, which of the episodes played in parallel


class AbstractAgent(ABC):
    """An agent chooses actions for a batch of observations and learns from what follows.

    One environment is a batch of one: every method works for any number of rows.
    """

    #: The network that decides (a torch module or a Keras model), or None if there is none.
    net: Any = None
    #: The table of values that decides, (n_states, n_actions), where there is no network.
    q: np.ndarray | None = None

    def start_episode(self, observation: np.ndarray) -> None:  # noqa: B027
        """Get ready for a new batch of episodes.

        observation: (n, ...), the first observation of each of the `n` episodes: (n, 4) float32
        for the cart pole.
        """

    @abstractmethod
    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """Choose an action for each row.

        observation: (n, ...), (n, 4) float32 for the cart pole. Returns (n,) int64, or (n, k)
        float32 where actions are continuous.
        explore: False asks for the best action known, without chance and without learning.
        """

    def train(self, transition: Transition) -> None:  # noqa: B027
        """Learn from one step of every environment that is still running."""

    def get_weights(self) -> list[np.ndarray]:
        """Copy the weights of the network or table that decides; empty if there is none."""
        decider = self._decider()
        return [] if decider is None else get_weights(decider)

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Put weights taken by `get_weights` back. Raises ValueError if they do not fit."""
        decider = self._decider()
        if decider is not None:
            set_weights(decider, weights)

    def _decider(self) -> Any:
        """The network, or else the table."""
        if self.net is None and isinstance(self.q, np.ndarray):
            return self.q
        return self.net


class RandomAgent(AbstractAgent):
    """The baseline: any action, whatever it sees."""

    def __init__(self, n_actions: int = 2, seed: int | None = None) -> None:
        self.n_actions = n_actions
        self.random = np.random.default_rng(seed)

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """Draw an action for each row, all equally likely; (n, ...) to (n,) int64."""
        return self.random.integers(self.n_actions, size=len(observation))
