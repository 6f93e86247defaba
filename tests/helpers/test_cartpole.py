"""The course's cart poles: their dynamics, their limits, and how Gymnasium sees them."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import warnings
from typing import Any, cast

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.classic_control.cartpole import CartPoleEnv
from gymnasium.vector import AutoresetMode

from helpers import cartpole
from helpers.cartpole import NO_OP_CART_POLE, SHORT_CART_POLE, NoOpCartPoleEnv

LEFT, NOTHING, RIGHT = 0, 1, 2


def no_op_env() -> NoOpCartPoleEnv:
    env = gym.make(NO_OP_CART_POLE).unwrapped
    assert isinstance(env, NoOpCartPoleEnv)
    return env


def make_vec(environment: str, n: int) -> gym.vector.VectorEnv:
    return gym.make_vec(environment, num_envs=n, vectorization_mode="vector_entry_point")


def velocity_change(action: int) -> float:
    """Change of the cart's velocity, in m/s, from the upright pole at rest."""
    env = no_op_env()
    env.reset(seed=0)
    env.state = np.zeros(4)
    observation, *_ = env.step(action)
    return float(observation[1])


def test_left_slows_the_cart_nothing_leaves_it_and_right_speeds_it_up() -> None:
    assert velocity_change(LEFT) < 0
    assert velocity_change(NOTHING) == 0
    assert velocity_change(RIGHT) == -velocity_change(LEFT)


def test_pushes_follow_the_equations_of_motion_with_a_pole_of_two_metres() -> None:
    # Barto, Sutton and Anderson (1983), written out for the upright pole at rest:
    # theta'' = (-F / M) / (l (4/3 - m / M)), x'' = F / M - m l theta'' / M
    force, pole, total, half_length, tau = 10.0, 0.1, 1.1, 1.0, 0.02
    angular = (-force / total) / (half_length * (4 / 3 - pole / total))
    linear = force / total - pole * half_length * angular / total
    env = no_op_env()
    env.reset(seed=0)
    env.state = np.zeros(4)
    observation, *_ = env.step(RIGHT)
    np.testing.assert_allclose(observation, [0, tau * linear, 0, tau * angular], rtol=1e-6)


def test_the_force_is_the_same_after_doing_nothing() -> None:
    env = no_op_env()
    env.reset(seed=0)
    env.step(NOTHING)
    assert env.force_mag == 10.0


def test_a_pole_nobody_pushes_falls_but_later_than_under_gymnasium() -> None:
    def steps_until_it_falls(env: gym.Env, action: int) -> int:
        env.reset(seed=1)
        for step in range(1, 1000):
            if env.step(action)[2]:
                return step
        raise AssertionError("the pole never fell")

    ordinary = steps_until_it_falls(gym.make("CartPole-v1").unwrapped, 0)
    assert ordinary < 15
    assert 3 * ordinary < steps_until_it_falls(no_op_env(), NOTHING) < 500


@pytest.mark.parametrize(("degrees", "fails"), [(23.9, False), (24.1, True), (-24.1, True)])
def test_the_episode_ends_beyond_24_degrees(degrees: float, fails: bool) -> None:
    env = no_op_env()
    env.reset(seed=0)
    env.state = np.array([0.0, 0.0, math.radians(degrees), 0.0])
    observation, reward, terminated, truncated, _ = env.step(NOTHING)
    assert (terminated, truncated, reward) == (fails, False, 1.0)
    assert env.observation_space.contains(observation)


@pytest.mark.parametrize(("position", "fails"), [(2.39, False), (2.41, True), (-2.41, True)])
def test_the_episode_ends_beyond_2_4_metres(position: float, fails: bool) -> None:
    env = no_op_env()
    env.reset(seed=0)
    env.state = np.array([position, 0.0, 0.0, 0.0])
    assert env.step(NOTHING)[2] is fails


def test_what_the_specification_promises_is_what_the_environment_has() -> None:
    env = no_op_env()
    specification = NoOpCartPoleEnv.__doc__ or ""
    assert f"| Length of pole    | {2 * env.length:.1f} m " in specification
    degrees = round(math.degrees(env.theta_threshold_radians))
    assert f"| Failure angle     | ±{degrees}°" in specification
    assert f"~ {cast(Any, env.observation_space).high[2]:.3f} ({2 * degrees}°)" in specification
    assert env.length == 2 * CartPoleEnv().length
    assert env.theta_threshold_radians == pytest.approx(2 * CartPoleEnv().theta_threshold_radians)


@pytest.mark.parametrize("action", [-1, 3, 0.5, np.array([0, 1])])
def test_other_actions_are_refused(action: Any) -> None:
    env = no_op_env()
    env.reset(seed=0)
    with pytest.raises(AssertionError, match="invalid"):
        env.step(action)


def test_the_original_reward_can_be_had() -> None:
    env: Any = gym.make(NO_OP_CART_POLE, sutton_barto_reward=True).unwrapped
    env.reset(seed=0)
    assert env.step(NOTHING)[1] == 0.0
    env.state = np.array([0.0, 0.0, 1.0, 0.0])
    assert env.step(NOTHING)[1] == -1.0


def test_one_and_many_agree_step_by_step() -> None:
    n, steps = 7, 400
    many = make_vec(NO_OP_CART_POLE, n)
    observation, _ = many.reset(seed=5)
    ones = [no_op_env() for _ in range(n)]
    for number, env in enumerate(ones):
        env.reset()
        env.state = cast(Any, many.unwrapped).state[:, number].copy()
    actions = np.random.default_rng(0).integers(3, size=(steps, n))
    ended = np.zeros(n, dtype=bool)  # NEXT_STEP: the step after the end starts the next episode
    episodes = 0
    for action in actions:
        observation, reward, terminated, truncated, _ = many.step(action)
        for number, env in enumerate(ones):
            if ended[number]:
                assert reward[number] == 0.0
                assert not terminated[number]
                env.reset()
                env.state = cast(Any, many.unwrapped).state[:, number].copy()
                continue
            alone, alone_reward, alone_terminated, _, _ = env.step(action[number])
            np.testing.assert_array_equal(alone, observation[number])
            assert (alone_reward, alone_terminated) == (reward[number], terminated[number])
        ended = terminated | truncated
        episodes += ended.sum()
    assert episodes > n, "the comparison should reach past the end of episodes"


def test_many_refuse_actions_of_the_wrong_shape_or_value() -> None:
    many = make_vec(NO_OP_CART_POLE, 3)
    many.reset(seed=0)
    for action in (np.array([0, 1]), np.array([0, 1, 3]), np.array([0.0, 1.0, 2.0])):
        with pytest.raises(AssertionError, match="invalid"):
            many.step(action)


@pytest.mark.parametrize("environment", [NO_OP_CART_POLE, SHORT_CART_POLE])
def test_the_same_seed_gives_the_same_episode(environment: str) -> None:
    def observations(seed: int) -> np.ndarray:
        env = gym.make(environment)
        first, _ = env.reset(seed=seed)
        return np.array([first] + [env.step(0)[0] for _ in range(5)])

    np.testing.assert_array_equal(observations(3), observations(3))
    assert not np.array_equal(observations(3), observations(4))


@pytest.mark.parametrize("environment", [NO_OP_CART_POLE, SHORT_CART_POLE])
def test_seeds_work_for_many_environments(environment: str) -> None:
    first, _ = make_vec(environment, 3).reset(seed=3)
    second, _ = make_vec(environment, 3).reset(seed=3)
    other, _ = make_vec(environment, 3).reset(seed=4)
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)
    assert len(np.unique(first, axis=0)) == 3


CHECK = """
import sys, warnings
import gymnasium as gym
import helpers
from gymnasium.utils.env_checker import check_env

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    check_env(gym.make(sys.argv[1]).unwrapped)
# A velocity has no bound, in Gymnasium's own cart pole neither.
print([text for text in map(str, (w.message for w in caught)) if "infinity" not in text])
"""


@pytest.mark.parametrize("environment", [NO_OP_CART_POLE, SHORT_CART_POLE])
def test_gymnasium_checks_it_without_a_complaint_of_its_own(environment: str) -> None:
    """In a process of its own: it opens windows, and SDL has crashed where other tests had too."""
    done = subprocess.run(
        [sys.executable, "-c", CHECK, environment],
        capture_output=True,
        text=True,
        env={**os.environ, "SDL_VIDEODRIVER": "dummy"},
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


@pytest.mark.parametrize(
    ("environment", "limit", "threshold"),
    [(NO_OP_CART_POLE, 500, 475.0), (SHORT_CART_POLE, 200, 195.0)],
)
def test_limit_and_threshold_hold_alone_and_side_by_side(
    environment: str, limit: int, threshold: float
) -> None:
    spec = gym.spec(environment)
    assert (spec.max_episode_steps, spec.reward_threshold) == (limit, threshold)

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # CartPole-v0 would warn that it is out of date
        env = gym.make(environment)
        many = make_vec(environment, 2)
    assert many.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP

    env.reset(seed=0)
    many.reset(seed=0)
    for step in range(1, limit + 1):
        # Hold the pole, so that only time ends the episode.
        cast(CartPoleEnv, env.unwrapped).state = np.zeros(4)
        cast(Any, many.unwrapped).state[:] = 0.0
        truncated = env.step(1)[3]
        assert truncated is (step == limit)
        assert many.step(np.array([1, 1]))[3].tolist() == [step == limit] * 2


def test_registering_again_changes_nothing_and_warns_of_nothing() -> None:
    spec = gym.spec(NO_OP_CART_POLE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cartpole._register()
    assert gym.spec(NO_OP_CART_POLE) is spec
