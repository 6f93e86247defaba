"""The course's own cart poles: one with a "do nothing" action, one with short episodes.

Importing this module registers both with Gymnasium::

    gymnasium.make("helpers/NoOpCartPole-v0")    three actions, wider failure angle, longer pole
    gymnasium.make("helpers/ShortCartPole-v0")   the ordinary cart pole, 200 steps instead of 500

``gymnasium.make_vec`` works for both, with one NumPy call a step for all the environments.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.envs.classic_control.cartpole import CartPoleEnv, CartPoleVectorEnv
from gymnasium.spaces import Box, Discrete
from gymnasium.vector.utils import batch_space

from helpers.environments import World, register_world

CART_POLE = "CartPole-v1"
NO_OP_CART_POLE = "helpers/NoOpCartPole-v0"
SHORT_CART_POLE = "helpers/ShortCartPole-v0"

LEFT, NOTHING, RIGHT = 0, 1, 2

FAILURE_ANGLE = math.radians(24)  # the ordinary cart pole fails at 12 degrees
#: The goal of a greedy test lies this far on the way from the threshold to the longest episode: an
#: agent that just reaches the threshold in one test may miss it in the next.
GOAL_MARGIN = 0.8

HALF_POLE_LENGTH = 1.0  # metres; Gymnasium's attribute `length` is half the pole's, normally 0.5


class NoOpCartPoleEnv(CartPoleEnv):
    """
    ## Description

    Gymnasium's cart pole with a third action, "do nothing". The ordinary cart pole pushes in every
    step, so a player who lets go of the keys still pushes. Here nobody has to push. To give a human
    time to react, the pole is twice as long (it falls more slowly) and may lean twice as far. All
    else is as in Gymnasium: masses, force, gravity, track, and 0.02 s between two steps.

    ## Action Space

    The action is an integer, or an `ndarray` with shape `()`, which can take values `{0, 1, 2}`.

    | Num | Action                 | Force on the cart |
    |-----|------------------------|-------------------|
    | 0   | Push cart to the left  | -10 N             |
    | 1   | Do nothing             | 0 N               |
    | 2   | Push cart to the right | +10 N             |

    ## Observation Space

    The observation is a float32 `ndarray` with shape `(4,)`:

    | Num | Observation           | Unit  | Min             | Max            |
    |-----|-----------------------|-------|-----------------|----------------|
    | 0   | Cart position         | m     | -4.8            | 4.8            |
    | 1   | Cart velocity         | m/s   | -Inf            | Inf            |
    | 2   | Pole angle            | rad   | ~ -0.838 (-48°) | ~ 0.838 (48°)  |
    | 3   | Pole angular velocity | rad/s | -Inf            | Inf            |

    These are the bounds of what can be observed. An episode ends earlier, at half of them: when the
    cart leaves (-2.4, 2.4) m or the pole leaves (-0.419, 0.419) rad (±24°).

    | Physical value    | Here    | Ordinary cart pole |
    |-------------------|---------|--------------------|
    | Length of pole    | 2.0 m   | 1.0 m              |
    | Failure angle     | ±24°    | ±12°               |
    | Mass of the pole  | 0.1 kg  | 0.1 kg             |
    | Mass of the cart  | 1.0 kg  | 1.0 kg             |
    | Force of a push   | 10 N    | 10 N               |

    ## Rewards

    +1 for every step, the terminating one included, whatever the action. The reward threshold is
    475.
    With `sutton_barto_reward=True`: 0 for every step, and -1 for the terminating one.

    ## Starting State

    All four observations are drawn uniformly from (-0.05, 0.05).

    ## Episode End

    1. Termination: the pole leans by more than 24°
    2. Termination: the centre of the cart is more than 2.4 m from the middle
    3. Truncation: 500 steps are over (`gymnasium.make` adds this limit)

    ## Arguments

    | Parameter             | Type       | Default | Description                               |
    |-----------------------|------------|---------|-------------------------------------------|
    | `sutton_barto_reward` | **bool**   | `False` | 0 and -1 instead of 1 (see Rewards)       |
    | `render_mode`         | **str**    | `None`  | `"human"`: a window, `"rgb_array"`: array |

    `reset(options={"low": -0.1, "high": 0.1})` changes the bounds of the starting state.

    ```python
    >>> import gymnasium, helpers
    >>> env = gymnasium.make("helpers/NoOpCartPole-v0", render_mode="rgb_array")
    >>> envs = gymnasium.make_vec("helpers/NoOpCartPole-v0", num_envs=16)

    ```

    ## Version History

    * v0: first version
    """

    def __init__(self, sutton_barto_reward: bool = False, render_mode: str | None = None) -> None:
        super().__init__(sutton_barto_reward=sutton_barto_reward, render_mode=render_mode)
        self.length = HALF_POLE_LENGTH
        self.polemass_length = self.masspole * self.length
        self.theta_threshold_radians = FAILURE_ANGLE
        self.action_space: Discrete = Discrete(3)  # type: ignore[assignment]
        self.observation_space = _observation_space(self.x_threshold)

    def step(
        self, action: int | np.ndarray
    ) -> tuple[npt.NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Play one action of {0, 1, 2}; raises AssertionError for any other, as Gymnasium does."""
        assert self.action_space.contains(action), f"{action!r} ({type(action)}) invalid"
        # The parent class knows left (0) and right (1). Doing nothing is a push to the left with
        # 0 N, so that Gymnasium's own equations of motion work for all three actions.
        full_force = self.force_mag
        self.force_mag = full_force * abs(int(action) - NOTHING)
        try:
            return super().step(int(action == RIGHT))
        finally:
            self.force_mag = full_force


class NoOpCartPoleVectorEnv(CartPoleVectorEnv):
    """Many no-op cart poles at once, in NumPy; each works like `NoOpCartPoleEnv`.

    Actions have shape `(num_envs,)` and an integer dtype, observations `(num_envs, 4)` and float32.
    Autoreset is Gymnasium's NEXT_STEP: the step after the end of an episode ignores the action,
    pays 0, and returns the first observation of the next episode.
    """

    def __init__(
        self,
        num_envs: int = 1,
        max_episode_steps: int = 500,
        render_mode: str | None = None,
        sutton_barto_reward: bool = False,
    ) -> None:
        super().__init__(
            num_envs=num_envs,
            max_episode_steps=max_episode_steps,
            render_mode=render_mode,
            sutton_barto_reward=sutton_barto_reward,
        )
        self.length = HALF_POLE_LENGTH
        self.polemass_length = self.masspole * self.length
        self.theta_threshold_radians = FAILURE_ANGLE
        self.single_action_space = Discrete(3)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.single_observation_space = _observation_space(self.x_threshold)
        self.observation_space = batch_space(self.single_observation_space, num_envs)

    def step(
        self, action: npt.NDArray[np.integer[Any]]
    ) -> tuple[
        npt.NDArray[np.float32],
        npt.NDArray[np.float32],
        npt.NDArray[np.bool_],
        npt.NDArray[np.bool_],
        dict[str, Any],
    ]:
        """Play one action in each environment; raises AssertionError for a wrong shape or value."""
        assert self.action_space.contains(action), f"{action!r} ({type(action)}) invalid"
        full_force = self.force_mag
        self.force_mag = full_force * np.abs(action - NOTHING)  # (num_envs,), newtons
        try:
            return super().step((action == RIGHT).astype(action.dtype))
        finally:
            self.force_mag = full_force


def _observation_space(x_threshold: float) -> Box:
    """Twice the failure values, so that the last observation of an episode is inside."""
    high = np.array([2 * x_threshold, np.inf, 2 * FAILURE_ANGLE, np.inf], dtype=np.float32)
    return Box(-high, high, dtype=np.float32)


def _register() -> None:
    """Register both environments, only once: Gymnasium would warn the second time."""
    if NO_OP_CART_POLE not in gym.registry:
        gym.register(
            id=NO_OP_CART_POLE,
            entry_point="helpers.cartpole:NoOpCartPoleEnv",
            vector_entry_point="helpers.cartpole:NoOpCartPoleVectorEnv",
            max_episode_steps=500,
            reward_threshold=475.0,
        )
    if SHORT_CART_POLE not in gym.registry:
        # The task of Gymnasium's CartPole-v0, without the warning that v0 is out of date.
        gym.register(
            id=SHORT_CART_POLE,
            entry_point="gymnasium.envs.classic_control.cartpole:CartPoleEnv",
            vector_entry_point="gymnasium.envs.classic_control.cartpole:CartPoleVectorEnv",
            max_episode_steps=200,
            reward_threshold=195.0,
        )
    for environment in (CART_POLE, NO_OP_CART_POLE, SHORT_CART_POLE):
        world = World.of(environment)
        goal = world.threshold + GOAL_MARGIN * (world.time_limit - world.threshold)
        register_world(replace(world, goal=goal, best_reward=1.0))


_register()
