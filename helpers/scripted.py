"""An environment with fixed observations and rewards: the score shows what a loop did."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.error import ResetNeeded
from gymnasium.spaces import Box, Discrete


class EpisodeIsOver(RuntimeError):
    """`step` was called after the end of an episode, without a `reset`."""


class RuleGotAPair(TypeError):
    """The rule was given `(observation, info)` instead of the observation."""


class ScriptedEnv(gym.Env):
    """One episode of a fixed length, the same after each reset.

    observations: (steps + 1, width) float32, the first one is seen at reset.
    rewards: (steps, n_actions), what each action pays at each step.
    terminated, truncated: the flags of the last step, at least one of them true.
    steps: how many steps were made so far, over all episodes. seeds: those given to each reset.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 50}  # noqa: RUF012
    render_mode = "rgb_array"

    def __init__(
        self, observations: np.ndarray, rewards: np.ndarray, terminated: bool, truncated: bool
    ) -> None:
        self.observations = observations
        self.rewards = rewards
        self.terminated = terminated
        self.truncated = truncated
        self.steps = 0
        self.seeds: list[int | None] = []
        limit = len(rewards) if truncated else max(500, len(rewards) + 1)
        self.spec = EnvSpec("helpers/Scripted-v0", max_episode_steps=limit)
        self.observation_space = Box(-np.inf, np.inf, observations.shape[1:], np.float32)
        self.action_space = Discrete(rewards.shape[1])
        self._step: int | None = None  # None before the first reset

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """The first observation, and no further information."""
        super().reset(seed=seed)
        self.seeds.append(seed)
        self._step = 0
        return self.observations[0].copy(), {}

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Play one step of the script.

        Raises ResetNeeded before the first reset, EpisodeIsOver after the end, ValueError for an
        action that does not exist.
        """
        if self._step is None:
            raise ResetNeeded("step() was called before reset()")
        if self._step >= len(self.rewards):
            raise EpisodeIsOver("step() was called after the end of the episode")
        if not self.action_space.contains(action):
            raise ValueError(f"there is no action {action!r}")
        reward = float(self.rewards[self._step, action])
        self._step += 1
        self.steps += 1
        over = self._step == len(self.rewards)
        return (
            self.observations[self._step].copy(),
            reward,
            over and self.terminated,
            over and self.truncated,
            {},
        )

    def render(self) -> np.ndarray:
        """A black picture, (height, width, 3) uint8: nothing to see, but no error."""
        return np.zeros((40, 60, 3), np.uint8)


class FirstNumberRule:
    """Action 1 if the observation's first number is positive, 0 if not; `asked` counts."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, observation: np.ndarray) -> int:
        """(width,) to an action. Raises RuleGotAPair for what `reset` returned as a whole."""
        self.asked += 1
        if isinstance(observation, tuple):
            raise RuleGotAPair("the rule was given a pair, not an observation")
        return int(observation[0] > 0)
