"""Mountain car and acrobot in parallel: Gymnasium's own, with one NumPy call for a step of all.

Importing this module registers both with Gymnasium::

    gymnasium.make("helpers/MountainCar-v0")    Gymnasium's MountainCar-v0
    gymnasium.make("helpers/Acrobot-v1")        Gymnasium's Acrobot-v1

``gymnasium.make_vec`` plays many of them at once, with the same observations bit for bit, many
times as fast as one after the other.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Box, Discrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from helpers.environments import World, register_world

MOUNTAIN_CAR = "helpers/MountainCar-v0"
ACROBOT = "helpers/Acrobot-v1"

#: What a step returns: observation, reward, terminated, truncated, info.
Step = tuple[
    npt.NDArray[np.float32],
    npt.NDArray[np.float32],
    npt.NDArray[np.bool_],
    npt.NDArray[np.bool_],
    dict[str, Any],
]


class _NumpyVectorEnv(VectorEnv[npt.NDArray[np.float32], npt.NDArray[np.integer[Any]], np.ndarray]):
    """Environments with three actions whose states are the rows of one array.

    Autoreset is Gymnasium's NEXT_STEP: the step after the end of an episode ignores the action,
    pays 0, and returns the first observation of the next episode.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012  (Gymnasium declares it so)
        "render_modes": [],
        "autoreset_mode": AutoresetMode.NEXT_STEP,
    }

    def __init__(
        self,
        observation_space: Box,
        num_envs: int,
        max_episode_steps: int,
        render_mode: str | None,
    ) -> None:
        if render_mode is not None:
            raise ValueError("Many environments cannot be shown: make a single one to render.")
        self.num_envs = num_envs
        self.max_episode_steps = max_episode_steps
        self.render_mode = None
        self.single_observation_space = observation_space
        self.observation_space = batch_space(observation_space, num_envs)
        self.single_action_space = Discrete(3)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[npt.NDArray[np.float32], dict[str, Any]]:
        """Start an episode in every environment; returns the observations (num_envs, ...)."""
        super().reset(seed=seed)
        self.state = self._start(self.num_envs)  # (num_envs, ...) float64
        self.steps = np.zeros(self.num_envs, np.int64)
        self.ended = np.zeros(self.num_envs, bool)
        return self._observe(self.state), {}

    def step(self, action: npt.NDArray[np.integer[Any]]) -> Step:
        """Play one action in each environment; raises AssertionError for a wrong shape or value."""
        assert self.action_space.contains(action), f"{action!r} ({type(action)}) invalid"
        starts = self.ended
        self.state, reward, terminated = self._move(self.state, action)
        self.steps += 1
        if starts.any():
            self.state[starts] = self._start(int(starts.sum()))
            self.steps[starts] = 0
            reward = np.where(starts, 0.0, reward)
            terminated = terminated & ~starts
        truncated = self.steps >= self.max_episode_steps
        self.ended = terminated | truncated
        observation = self._observe(self.state)
        return observation, reward.astype(np.float32), terminated, truncated, {}

    @abstractmethod
    def _start(self, n: int) -> np.ndarray:
        """The first states of `n` episodes, (n, ...) float64."""

    @abstractmethod
    def _observe(self, state: np.ndarray) -> npt.NDArray[np.float32]:
        """What the agent sees of the states; one row for each."""

    @abstractmethod
    def _move(
        self, state: np.ndarray, action: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, npt.NDArray[np.bool_]]:
        """The states after a step, the rewards (n,), and whether the episodes terminated (n,)."""


class MountainCarVectorEnv(_NumpyVectorEnv):
    """Many of Gymnasium's mountain cars: observations (num_envs, 2), three actions.

    A. W. Moore, *Efficient Memory-Based Learning for Robot Control*, 1990.
    """

    LEFT_WALL, RIGHT_END, GOAL, MAX_SPEED = -1.2, 0.6, 0.5, 0.07
    FORCE, GRAVITY = 0.001, 0.0025

    def __init__(
        self, num_envs: int = 1, max_episode_steps: int = 200, render_mode: str | None = None
    ) -> None:
        low = np.array([self.LEFT_WALL, -self.MAX_SPEED], np.float32)
        high = np.array([self.RIGHT_END, self.MAX_SPEED], np.float32)
        super().__init__(Box(low, high), num_envs, max_episode_steps, render_mode)

    def _start(self, n: int) -> np.ndarray:
        return np.stack([self.np_random.uniform(-0.6, -0.4, n), np.zeros(n)], axis=1)  # (n, 2)

    def _observe(self, state: np.ndarray) -> npt.NDArray[np.float32]:
        return state.astype(np.float32)

    def _move(
        self, state: np.ndarray, action: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, npt.NDArray[np.bool_]]:
        position, velocity = state.T  # (n,) each
        velocity = velocity + ((action - 1) * self.FORCE + np.cos(3 * position) * (-self.GRAVITY))
        velocity = np.clip(velocity, -self.MAX_SPEED, self.MAX_SPEED)
        position = np.clip(position + velocity, self.LEFT_WALL, self.RIGHT_END)
        velocity = np.where((position == self.LEFT_WALL) & (velocity < 0), 0.0, velocity)
        terminated = (position >= self.GOAL) & (velocity >= 0)
        return np.stack([position, velocity], axis=1), np.full(len(position), -1.0), terminated


class AcrobotVectorEnv(_NumpyVectorEnv):
    """Many of Gymnasium's acrobots: observations (num_envs, 6), three actions.

    Both links are 1 m long, weigh 1 kg and have a moment of inertia of 1. R. S. Sutton, A. G.
    Barto, *Reinforcement Learning: An Introduction*, 1st edition, section 11.3.
    """

    SECONDS, GRAVITY = 0.2, 9.8
    MAX_SPEED = np.array([4 * np.pi, 9 * np.pi])

    def __init__(
        self, num_envs: int = 1, max_episode_steps: int = 500, render_mode: str | None = None
    ) -> None:
        high = np.array([1, 1, 1, 1, *self.MAX_SPEED], np.float32)
        super().__init__(Box(-high, high), num_envs, max_episode_steps, render_mode)

    def _start(self, n: int) -> np.ndarray:
        start = self.np_random.uniform(-0.1, 0.1, (n, 4)).astype(np.float32)
        return start.astype(np.float64)

    def _observe(self, state: np.ndarray) -> npt.NDArray[np.float32]:
        first, second, *speeds = state.T  # (n,) each
        angles = [np.cos(first), np.sin(first), np.cos(second), np.sin(second)]
        return np.stack([*angles, *speeds], axis=1).astype(np.float32)  # (n, 6)

    def _move(
        self, state: np.ndarray, action: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, npt.NDArray[np.bool_]]:
        y, torque, half = state.T, action - 1.0, self.SECONDS / 2  # y: (4, n)
        # The fourth-order Runge-Kutta method.
        k1 = self._derivatives(y, torque)
        k2 = self._derivatives(y + half * k1, torque)
        k3 = self._derivatives(y + half * k2, torque)
        k4 = self._derivatives(y + self.SECONDS * k3, torque)
        y = y + self.SECONDS / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        angles = _within_half_a_turn(y[:2])  # (2, n)
        limit = self.MAX_SPEED[:, None]  # (2, 1)
        speeds = np.clip(y[2:], -limit, limit)
        terminated = -np.cos(angles[0]) - np.cos(angles[1] + angles[0]) > 1.0
        after = np.ascontiguousarray(np.concatenate([angles, speeds]).T)  # (n, 4)
        return after, np.where(terminated, 0.0, -1.0), terminated

    def _derivatives(self, y: np.ndarray, torque: np.ndarray) -> np.ndarray:
        """Speeds and accelerations of both angles, (4, n), with all masses and lengths 1."""
        first, second, speed, speed_2 = y  # (n,) each
        cosine, sine, g = np.cos(second), np.sin(second), self.GRAVITY
        d1 = 0.25 + (1 + 0.25 + 2 * 0.5 * cosine) + 1 + 1
        d2 = (0.25 + 0.5 * cosine) + 1
        phi_2 = 0.5 * g * np.cos(first + second - np.pi / 2)
        phi_1 = (
            -0.5 * speed_2**2 * sine
            - 2 * 0.5 * speed_2 * speed * sine
            + 1.5 * g * np.cos(first - np.pi / 2)
            + phi_2
        )
        acceleration_2 = (torque + d2 / d1 * phi_1 - 0.5 * speed**2 * sine - phi_2) / (
            0.25 + 1 - d2**2 / d1
        )
        acceleration = -(d2 * acceleration_2 + phi_1) / d1
        return np.stack([speed, speed_2, acceleration, acceleration_2])


def _within_half_a_turn(angle: np.ndarray) -> np.ndarray:
    """The same angles between -pi and pi; whole turns are taken off one at a time, as there."""
    while (far := np.abs(angle) > np.pi).any():
        angle = np.where(far, angle - np.sign(angle) * 2 * np.pi, angle)
    return angle


def _register() -> None:
    """Register both environments, only once: Gymnasium would warn the second time."""
    module, original = "helpers.classic_control", "gymnasium.envs.classic_control"
    for name, cls, limit, threshold in (
        (MOUNTAIN_CAR, "mountain_car:MountainCar", 200, -110.0),
        (ACROBOT, "acrobot:Acrobot", 500, -100.0),
    ):
        if name not in gym.registry:
            gym.register(
                id=name,
                entry_point=f"{original}.{cls}Env",
                vector_entry_point=f"{module}:{cls.split(':')[1]}VectorEnv",
                max_episode_steps=limit,
                reward_threshold=threshold,
            )
        register_world(replace(World.of(name), best_reward=0.0))


_register()
