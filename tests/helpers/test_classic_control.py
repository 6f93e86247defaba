"""The fast mountain car and acrobot: Gymnasium's own, bit for bit, many at once."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from helpers import AbstractAgent, Training, World, play_episodes, train_agent
from helpers.classic_control import ACROBOT, MOUNTAIN_CAR

BOTH = pytest.mark.parametrize(
    ("name", "original"), [(MOUNTAIN_CAR, "MountainCar-v0"), (ACROBOT, "Acrobot-v1")]
)


def in_parallel(name: str, n: int) -> Any:
    return gym.make_vec(name, num_envs=n, vectorization_mode="vector_entry_point")


def swinging(name: str, observation: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Actions that reach the goal: mostly along the speed, (n,)."""
    speed = observation[:, 1] if name == MOUNTAIN_CAR else -observation[:, 4]
    along = np.where(speed > 0, 2, 0)
    return np.where(random.random(len(speed)) < 0.2, random.integers(3, size=len(speed)), along)


@BOTH
@pytest.mark.parametrize("seed", range(5))
def test_it_is_gymnasiums_environment_bit_for_bit_from_the_start_to_the_end(
    name: str, original: str, seed: int
) -> None:
    random, many = np.random.default_rng(seed), in_parallel(name, 1)
    single: Any = gym.make(original)
    expected, _ = single.reset(seed=seed)
    observation, _ = many.reset(seed=seed)
    for _ in range(single.spec.max_episode_steps):
        np.testing.assert_array_equal(observation, expected[None])
        assert observation.dtype == expected.dtype
        actions = swinging(name, observation, random)
        expected, *what_followed = single.step(int(actions[0]))
        observation, reward, terminated, truncated, _ = many.step(actions)
        assert [reward[0], terminated[0], truncated[0]] == what_followed[:3]
        if terminated[0] or truncated[0]:
            break
    np.testing.assert_array_equal(observation, expected[None])
    assert terminated[0], "the swinging reaches the goal, or this test would say less"


@BOTH
def test_each_row_moves_as_it_would_alone(name: str, original: str) -> None:
    random, many = np.random.default_rng(1), in_parallel(name, 7)
    observation, _ = many.reset(seed=3)
    alone: list[Any] = [gym.make(original).unwrapped for _ in range(7)]
    for number, env in enumerate(alone):
        env.reset(seed=0)
        env.state = many.unwrapped.state[number].copy()
    for _ in range(60):
        actions = swinging(name, observation, random)
        observation, reward, terminated, _, _ = many.step(actions)
        for number, env in enumerate(alone):
            expected, its_reward, its_end, *_ = env.step(int(actions[number]))
            np.testing.assert_array_equal(observation[number], expected)
            assert (reward[number], terminated[number]) == (its_reward, its_end)


@BOTH
def test_the_spaces_are_gymnasiums(name: str, original: str) -> None:
    many = in_parallel(name, 3)
    single: Any = gym.make(original)

    assert many.single_observation_space == single.observation_space
    assert many.single_action_space == single.action_space
    assert many.observation_space.shape == (3, *single.observation_space.shape)
    assert gym.spec(name).reward_threshold == gym.spec(original).reward_threshold
    assert gym.spec(name).max_episode_steps == gym.spec(original).max_episode_steps


@BOTH
def test_the_step_after_an_end_starts_the_next_episode_and_pays_nothing(
    name: str, original: str
) -> None:
    many: Any = World.of(name, time_limit=4).make(2)
    many.reset(seed=1)
    for _ in range(4):
        _, reward, terminated, truncated, _ = many.step(np.array([0, 2]))
    assert reward.tolist() == [-1, -1]
    assert truncated.all() and not terminated.any()
    before = many.unwrapped.state.copy()
    _, reward, terminated, truncated, _ = many.step(np.array([0, 2]))

    assert many.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
    assert reward.tolist() == [0, 0]
    assert not (terminated | truncated).any()
    assert not np.isclose(many.unwrapped.state, before).all(axis=1).any()
    assert many.unwrapped.steps.tolist() == [0, 0]


@BOTH
def test_an_action_that_does_not_exist_is_refused(name: str, original: str) -> None:
    many = in_parallel(name, 2)
    many.reset(seed=1)

    with pytest.raises(AssertionError, match="invalid"):
        many.step(np.array([0, 3]))


def test_many_at_once_cannot_be_shown() -> None:
    with pytest.raises(ValueError, match="single one"):
        gym.make_vec(ACROBOT, num_envs=2, vectorization_mode="vector_entry_point",
                     render_mode="rgb_array")  # fmt: skip


@BOTH
def test_a_single_one_is_gymnasiums_and_can_be_shown(name: str, original: str) -> None:
    single: Any = gym.make(name, render_mode="rgb_array")
    single.reset(seed=1)

    assert single.render().ndim == 3
    assert type(single.unwrapped) is type(gym.make(original).unwrapped)


class AlongTheSpeed(AbstractAgent):
    """Pushes the car the way it moves."""

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        return np.where(observation[:, 1] >= 0, 2, 0)


def test_the_training_loop_and_the_greedy_test_play_them() -> None:
    played = play_episodes(AlongTheSpeed(), MOUNTAIN_CAR, episodes=20, seed=1)
    training = Training(episodes=16, environments=8, checkpoint_every=500, progress=False, seed=1)

    assert -130 < np.mean([episode["score"] for episode in played]) < -110
    assert len(train_agent(AlongTheSpeed(), MOUNTAIN_CAR, training)) == 16
