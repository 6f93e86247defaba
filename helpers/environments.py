"""Environments side by side: one NumPy call steps them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import gymnasium as gym
from gymnasium.vector import VectorEnv

#: Makes `n` environments that step together; what trains an agent in a changed environment.
EnvironmentFactory: TypeAlias = Callable[[int], VectorEnv]


def make_environments(environment: str | EnvironmentFactory, n: int) -> VectorEnv:
    """Make `n` environments that step together.

    Gymnasium's vectorised cart pole is used where the environment has one (its default of 500
    steps is replaced by the registered limit); others are stepped one after the other.
    """
    if not isinstance(environment, str):
        return environment(n)
    spec = gym.spec(environment)
    if spec.vector_entry_point is None:
        return gym.make_vec(environment, num_envs=n, vectorization_mode="sync")
    return gym.make_vec(
        environment,
        num_envs=n,
        vectorization_mode="vector_entry_point",
        max_episode_steps=spec.max_episode_steps,
    )


def reward_threshold(environments: VectorEnv) -> float:
    """Mean score at which the environment counts as solved; infinity if it names none."""
    spec = environments.spec
    if spec is None or spec.reward_threshold is None:
        return float("inf")
    return float(spec.reward_threshold)
