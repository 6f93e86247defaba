"""Environments in parallel, and what a training has to know of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Box
from gymnasium.vector import VectorEnv


@dataclass(frozen=True)
class World:
    """An environment, and what a training has to know of it.

    environment: Gymnasium's id. options: keyword arguments with which it is made.
    time_limit: steps after which an episode is truncated.
    threshold: mean score at which the environment counts as solved; infinity if there is none.
    goal: mean score that a greedy test must reach to end a training early.
    best_reward: the most that one step can pay, if it is known: a test that can no longer reach
        the best one ends early.
    deterministic: every episode of the same greedy agent is the same, so one of them is enough.
    wrap: what is put around the environments once they are made.
    """

    environment: str
    time_limit: int
    threshold: float
    goal: float
    best_reward: float | None = None
    deterministic: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    wrap: Callable[[VectorEnv], VectorEnv] | None = None

    @classmethod
    def of(cls, environment: str | World, **changes: Any) -> World:
        """The world of an environment's id, as Gymnasium or `register_world` describes it.

        changes: fields that differ, `World.of("CartPole-v1", time_limit=200)`. The goal is
        the threshold unless another is given. Raises ValueError where there is no time limit:
        an episode might never end.
        """
        if isinstance(environment, World):
            return replace(environment, **changes)
        if environment in _registered:
            return replace(_registered[environment], **changes)
        spec = gym.spec(environment)
        threshold = float("inf") if spec.reward_threshold is None else float(spec.reward_threshold)
        described = {"time_limit": spec.max_episode_steps, "threshold": threshold} | changes
        if described["time_limit"] is None:
            raise ValueError(
                f"{environment} has no time limit, so an episode may never end. Give it one: "
                f'World.of("{environment}", time_limit=200)'
            )
        return cls(environment, **({"goal": described["threshold"]} | described))

    def make(self, n: int) -> VectorEnv:
        """Make `n` environments that step together.

        The environment's own vectorised form is used where there is one; others are stepped one
        after the other.
        """
        vectorised = gym.spec(self.environment).vector_entry_point is not None
        environments = gym.make_vec(
            self.environment,
            num_envs=n,
            vectorization_mode="vector_entry_point" if vectorised else "sync",
            max_episode_steps=self.time_limit,
            **self.options,
        )
        return environments if self.wrap is None else self.wrap(environments)

    def different_episodes(self, wanted: int) -> int:
        """How many greedy episodes are worth playing: one where all of them are the same."""
        return 1 if self.deterministic else wanted


_registered: dict[str, World] = {}


def register_world(world: World) -> None:
    """Describe an environment better than its registration with Gymnasium can."""
    _registered[world.environment] = world


def make_environments(environment: str | World, n: int) -> VectorEnv:
    """Make `n` environments that step together. Raises ValueError if they have no time limit."""
    return World.of(environment).make(n)


def idle_actions(environments: VectorEnv) -> np.ndarray:
    """An action for each environment that an ended episode may be given: zeros, or near zero.

    Nobody looks at what follows. Shape and dtype are those of the batched action space.
    """
    space = environments.action_space
    actions = np.zeros(space.shape or (), space.dtype)
    return np.clip(actions, space.low, space.high) if isinstance(space, Box) else actions
