import warnings

import numpy as np
import pytest

from helpers.environments import World, idle_actions, make_environments


@pytest.mark.parametrize(
    ("environment", "limit"), (("CartPole-v1", 500), ("helpers/ShortCartPole-v0", 200))
)
def test_the_registered_time_limit_holds_in_parallel(environment, limit):
    environments = make_environments(environment, 3)
    observation, _ = environments.reset(seed=1)
    for step in range(1, limit + 1):
        # A rule that balances: push towards the side to which the pole falls.
        action = (3 * observation[:, 2] + observation[:, 3] + 0.1 * observation[:, 0] > 0).astype(
            int
        )
        observation, _, terminated, truncated, _ = environments.step(action)
        assert not terminated.any()
        assert truncated.all() == (step == limit)


@pytest.mark.parametrize(
    ("environment", "threshold"),
    (("CartPole-v1", 475), ("helpers/ShortCartPole-v0", 195), ("helpers/NoOpCartPole-v0", 475)),
)
def test_an_environment_knows_when_it_is_solved(environment, threshold):
    assert World.of(environment).threshold == threshold


def test_an_environment_without_a_vectorised_form_is_stepped_one_by_one():
    environments = make_environments("MountainCar-v0", 2)
    observation, _ = environments.reset(seed=1)

    assert observation.shape == (2, 2)
    assert environments.step(np.array([0, 2]))[0].shape == (2, 2)


def test_an_environment_without_a_time_limit_is_refused_until_its_world_has_one():
    with pytest.raises(ValueError, match=r"no time limit.*World\.of"):
        make_environments("CliffWalking-v1", 2)

    environments = make_environments(World.of("CliffWalking-v1", time_limit=3), 2)
    environments.reset(seed=1)
    ended = [environments.step(np.array([0, 0]))[3].tolist() for _ in range(3)]

    assert ended == [[False, False], [False, False], [True, True]]


def test_a_worlds_options_reach_the_environment():
    environments = make_environments(World.of("FrozenLake-v1", options={"is_slippery": False}), 1)
    environments.reset(seed=1)

    assert environments.step(np.array([2]))[0].tolist() == [1]


def test_a_world_wraps_what_it_makes():
    assert World.of("CartPole-v1", wrap=lambda made: ("wrapped", made.num_envs)).make(5) == (
        "wrapped",
        5,
    )


def test_a_goal_is_the_threshold_where_no_better_one_is_known():
    lake = World.of("FrozenLake-v1")

    assert (lake.threshold, lake.goal, lake.best_reward) == (0.7, 0.7, None)
    assert World.of("FrozenLake-v1", threshold=0.5).goal == 0.5
    assert World.of("CartPole-v1").goal == pytest.approx(495)


def test_what_is_known_of_a_world_may_be_changed():
    world = World.of(World.of("CartPole-v1"), time_limit=50)

    assert (world.time_limit, world.threshold) == (50, 475)


@pytest.mark.parametrize(
    ("environment", "shape", "dtype"),
    [("CartPole-v1", (3,), "int64"), ("Pendulum-v1", (3, 1), "float32")],
)
def test_idle_actions_are_actions(environment, shape, dtype):
    environments = make_environments(environment, 3)
    idle = idle_actions(environments)

    assert environments.action_space.contains(idle)
    assert (idle.shape, str(idle.dtype)) == (shape, dtype)


def test_no_deprecation_warning_reaches_the_student():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_environments("helpers/ShortCartPole-v0", 1)
