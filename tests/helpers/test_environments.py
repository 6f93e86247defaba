import warnings

import numpy as np
import pytest

from helpers.environments import make_environments, reward_threshold


@pytest.mark.parametrize(
    ("environment", "limit"), (("CartPole-v1", 500), ("helpers/ShortCartPole-v0", 200))
)
def test_the_registered_time_limit_holds_side_by_side(environment, limit):
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
    assert reward_threshold(make_environments(environment, 2)) == threshold


def test_an_environment_without_a_vectorised_form_is_stepped_one_by_one():
    environments = make_environments("MountainCar-v0", 2)
    observation, _ = environments.reset(seed=1)

    assert observation.shape == (2, 2)
    assert environments.step(np.array([0, 2]))[0].shape == (2, 2)


def test_a_factory_makes_the_environments_itself():
    assert make_environments(lambda n: ("mine", n), 5) == ("mine", 5)


def test_no_deprecation_warning_reaches_the_student():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_environments("helpers/ShortCartPole-v0", 1)
