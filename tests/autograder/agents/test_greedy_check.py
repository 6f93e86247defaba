"""Greedy actions are what the agent's network rates best, with its own weights and with others."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.agents.candidate import Candidate
from autograder.agents.decider import Network
from autograder.agents.rejection import PolicyIgnoresNetwork
from autograder.checks.expect import CheckFailed
from tests.autograder.array_agents import RULE, ArrayNet, Untrained, agent_with, kept, scored


def test_after_training_an_agent_has_its_own_weights_again():
    agents = []
    scored(kept(agents, Untrained))

    assert np.array_equal(agents[0].net.weights[0], ArrayNet().weights[0])


def test_only_weights_of_floats_are_exchanged_and_each_keeps_its_kind():
    given = []

    class Counts(ArrayNet):
        def __init__(self):
            super().__init__(np.array([7, 8]), np.ones(3), np.array([True, False]))

        def set_weights(self, weights):
            given.append(weights)
            super().set_weights(weights)

    scored(agent_with(Counts))
    other, back = given[-2:]

    for weights in (other, back):
        assert [weight.dtype for weight in weights] == [np.float32, np.int64, np.float64, bool]
        assert [weight.shape for weight in weights] == [(4, 2), (2,), (3,), (2,)]
        assert np.array_equal(weights[1], [7, 8])
        assert np.array_equal(weights[3], [True, False])
    assert not np.any(other[0] == back[0])
    assert not np.any(other[2] == back[2])


def test_an_agent_without_a_network_does_not_decide_through_it():
    class NoNetwork(Untrained):
        net_class = type(None)

        def act(self, observation, explore=True):
            return np.zeros(len(observation), dtype=np.int64)

    with pytest.raises(PolicyIgnoresNetwork, match="no network with weights"):
        scored(NoNetwork)


def other_action_better_by(difference):
    """Rates every action that is not chosen a bit better than the chosen one."""

    def says(values):
        best = values.max(axis=1, keepdims=True)
        return np.where(values == best, best, best + difference)

    return says


def one_row_worse(values):
    values[5] = -values[5]
    return values


@pytest.mark.parametrize(
    "says",
    [
        None,
        lambda values: 10 * values - 3,
        lambda values: np.concatenate([values, values.min(axis=1, keepdims=True)], axis=1),
        other_action_better_by(0.5e-5),
    ],
    ids=["its_values", "in_other_units", "more_values_than_actions", "the_same_but_for_rounding"],
)
def test_a_network_that_rates_the_chosen_actions_best_decides(says):
    net = type("Net", (ArrayNet,), {"says": staticmethod(says) if says else None})

    assert scored(agent_with(net)) == scored(Untrained)


@pytest.mark.parametrize(
    ("says", "message"),
    [
        (lambda values: "values", "one row of values per observation"),
        (lambda values: values[:, 0], "one row of values per observation"),
        (lambda values: values[:, :, None], "one row of values per observation"),
        (lambda values: values[None], "one row of values per observation"),
        (lambda values: values[:-1], "one row of values per observation"),
        (lambda values: np.repeat(values, 2, axis=0), "one row of values per observation"),
        (lambda values: values[:, :1], "one value per action"),
        (lambda values: -values, "rates best"),
        (one_row_worse, "rates best"),
        (other_action_better_by(2e-5), "rates best"),
    ],
)
def test_a_network_that_rates_others_best_or_nothing_does_not_decide(says, message):
    net = type("Net", (ArrayNet,), {"says": staticmethod(says)})

    with pytest.raises(PolicyIgnoresNetwork, match=message):
        scored(agent_with(net))


def test_other_weights_must_not_change_the_number_of_values():
    class Grows(ArrayNet):
        def __call__(self, observation):
            values = self.values(observation)
            if np.array_equal(self.weights[0], ArrayNet().weights[0]):
                return values
            return np.concatenate([values, values - 1], axis=1)

    with pytest.raises(PolicyIgnoresNetwork, match="changes the number of its values"):
        scored(agent_with(Grows))


def test_other_weights_must_change_the_values():
    class Deaf(ArrayNet):
        def set_weights(self, weights):
            pass

    with pytest.raises(PolicyIgnoresNetwork, match="change nothing"):
        scored(agent_with(Deaf))


def test_the_network_must_decide_with_other_weights_too():
    class Remembers(Untrained):
        def act(self, observation, explore=True):
            return ArrayNet().values(observation).argmax(axis=1)

    with pytest.raises(PolicyIgnoresNetwork, match="rates best"):
        scored(Remembers)


def candidate(values_of):
    """A candidate whose values such a function reads."""
    return Candidate(replace(RULE, decider=Network(values_of)), None, None, None)


def test_a_network_that_cannot_be_read_does_not_decide():
    def unreadable(student, made, observation):
        raise CheckFailed("no_net", "There is none.")

    with pytest.raises(PolicyIgnoresNetwork, match="There is none"):
        candidate(unreadable).values(np.zeros((1, 4)))


def test_a_networks_values_are_read_as_the_rule_says():
    reads = candidate(lambda student, made, observation: observation * 2)

    assert np.array_equal(reads.values(np.ones((3, 2))), np.full((3, 2), 2))
