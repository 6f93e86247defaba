"""Disguises: the same environment under other names."""

import numpy as np
import pytest

from autograder.agents.disguise import Mirroring, SignedPermutation
from autograder.agents.spaces import (
    BoxActions,
    BoxObservations,
    DiscreteActions,
    DiscreteObservations,
)
from autograder.agents.world import GradedWorld
from autograder.units.shared.cart_pole import CART_POLE, OBSERVATIONS
from helpers import World, make_environments


def drawn(space, seed):
    return space.disguise(np.random.default_rng(seed))


def test_in_disguise_no_number_keeps_its_place():
    for seed in range(200):
        disguise = drawn(OBSERVATIONS, seed)
        assert sorted(disguise.permutation) == [0, 1, 2, 3]
        assert not np.any(disguise.permutation == np.arange(4))


def test_numbers_that_belong_together_do_not_only_change_places_with_each_other():
    assert any(set(drawn(BoxObservations(4), seed).permutation[2:]) == {2, 3} for seed in range(50))
    for seed in range(200):
        assert set(drawn(OBSERVATIONS, seed).permutation[2:]) != {2, 3}


def test_all_disguises_of_a_cart_pole_are_drawn():
    disguises = [drawn(OBSERVATIONS, seed) for seed in range(300)]

    assert len({tuple(disguise.permutation) for disguise in disguises}) == 8
    assert len({tuple(disguise.signs) for disguise in disguises}) == 16
    assert all(set(disguise.signs) <= {-1, 1} for disguise in disguises)
    assert all(disguise.signs.dtype == np.float32 for disguise in disguises)
    actions = {tuple(drawn(CART_POLE.actions, seed).names) for seed in range(20)}
    assert actions == {(0, 1), (1, 0)}


def test_a_class_is_disguised_the_same_by_every_version_of_the_course():
    random = np.random.default_rng(7)
    show, perform = OBSERVATIONS.disguise(random), CART_POLE.actions.disguise(random)

    assert show.permutation.tolist() == [1, 2, 3, 0]
    assert show.signs.tolist() == [-1, 1, -1, 1]
    assert perform.names.tolist() == [0, 1]


@pytest.mark.parametrize("width", [1, 2, 3, 5, 8])
def test_observations_of_any_width_are_disguised(width):
    for seed in range(20):
        disguise = drawn(BoxObservations(width), seed)
        assert sorted(disguise.permutation) == list(range(width))
        assert width == 1 or not np.any(disguise.permutation == np.arange(width))
        assert disguise.signs.shape == (width,)


@pytest.mark.parametrize("space", [DiscreteObservations(48), DiscreteActions(48)])
def test_whole_numbers_get_other_names(space):
    first, second = drawn(space, 1), drawn(space, 2)
    numbers = np.arange(48)

    assert sorted(first(numbers)) == list(numbers)
    assert not np.array_equal(first(numbers), second(numbers))
    assert first(numbers[:5]).dtype == np.int64


def test_continuous_actions_are_mirrored_within_their_bounds():
    space = BoxActions((-1.0, 0.0), (1.0, 10.0))
    actions = np.array([[0.5, 2.0], [-1.0, 10.0]], np.float32)
    both = Mirroring(*space._bounds(), np.array([True, True]))

    assert both(actions).tolist() == [[-0.5, 8.0], [1.0, 0.0]]
    assert np.array_equal(both(both(actions)), actions)
    drawn_ways = {tuple(drawn(space, seed).mirrored) for seed in range(40)}
    assert len(drawn_ways) == 4


class Known(BoxObservations):
    """Observations whose disguise is written down."""

    def disguise(self, random):
        return SignedPermutation(np.array([3, 2, 0, 1]), np.array([1, -1, -1, 1], np.float32))


class Swapped(DiscreteActions):
    """Actions whose names are swapped."""

    def disguise(self, random):
        return lambda rows: 1 - rows


def test_a_disguise_is_the_same_game():
    plain = make_environments("CartPole-v1", 3)
    world = GradedWorld.of("CartPole-v1", Known(4), Swapped(2))
    hidden = world.disguised(np.random.default_rng(0)).make(3)
    seen, _ = plain.reset(seed=4)
    disguised, _ = hidden.reset(seed=4)
    for action in ([0, 1, 0], [1, 1, 0], [0, 0, 1]):
        assert np.array_equal(disguised, seen[:, [3, 2, 0, 1]] * np.array([1, -1, -1, 1]))
        seen, *_ = plain.step(np.array(action))
        disguised, *_ = hidden.step(1 - np.array(action))


def test_numbered_states_in_disguise_are_the_same_game():
    cliff = World.of("CliffWalking-v1", time_limit=20)
    hidden = GradedWorld.of(cliff).disguised(np.random.default_rng(3))
    names = GradedWorld.of(cliff).observations.disguise(np.random.default_rng(3)).names
    plain, disguised = cliff.make(2), hidden.make(2)
    start, same = plain.reset(seed=0)[0], disguised.reset(seed=0)[0]

    assert np.array_equal(same, names[start])


def test_environments_in_disguise_start_the_same_for_a_seed_and_differ_from_each_other():
    first, again = (CART_POLE.disguised(np.random.default_rng(7)) for _ in range(2))
    starts = [[world.make(3).reset()[0] for _ in range(2)] for world in (first, again)]

    assert np.array_equal(starts[0], starts[1])
    assert not np.array_equal(starts[0][0], starts[0][1])
