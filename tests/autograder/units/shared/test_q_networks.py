"""The checks' own Q-network: its answers by hand are those of the network that students get."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch

from autograder.units.shared.q_networks import HIDDEN, WIDTH, QNetwork, plain_network
from autograder.worker.local import LocalStudent


def drawn(seed=1, **keywords):
    return QNetwork.draw(np.random.default_rng(seed), **keywords)


def observations(rows=50):
    return np.random.default_rng(2).normal(size=(rows, WIDTH)).astype(np.float32)


@pytest.mark.parametrize("n_actions", [2, 3, 5])
def test_values_are_what_the_students_network_answers(n_actions):
    student = LocalStudent({}, "torch")
    q, observation = drawn(n_actions=n_actions), observations()
    network = student.object(plain_network(student, q.layers).number)

    answer = network(torch.as_tensor(observation)).detach().numpy()

    assert q.values(observation).shape == (len(observation), n_actions)
    np.testing.assert_allclose(q.values(observation), answer, rtol=1e-4, atol=1e-4)


def test_the_hidden_layer_is_what_the_students_network_has_before_its_last_layer():
    student = LocalStudent({}, "torch")
    q, observation = drawn(), observations()
    network = student.object(plain_network(student, q.layers).number)

    answer = network[:-1](torch.as_tensor(observation)).detach().numpy()

    assert q.hidden(observation).shape == (len(observation), HIDDEN)
    np.testing.assert_allclose(q.hidden(observation), answer, rtol=1e-4, atol=1e-4)


def test_values_are_computed_in_double_precision():
    assert drawn().values(observations()).dtype == np.float64


def test_an_observation_has_four_numbers():
    assert WIDTH == 4
    assert drawn().layers[0][0].shape == (4, HIDDEN)


def test_there_are_three_actions_unless_others_are_asked_for():
    assert drawn().n_actions == 3
    assert drawn(n_actions=2).n_actions == 2


def test_the_last_layer_says_how_many_actions_there_are():
    first, last = drawn(n_actions=5).layers

    assert QNetwork([last]).n_actions == 5
    assert QNetwork([first, first, last]).n_actions == 5


def test_there_are_two_layers_of_single_precision_and_nothing_in_them_is_zero():
    layers = drawn().layers

    assert len(layers) == 2
    for weight, bias in layers:
        assert weight.dtype == bias.dtype == np.float32
        assert weight.shape[1:] == bias.shape
        assert weight.all() and bias.all()


def test_the_seed_decides_what_is_drawn():
    observation = observations()

    np.testing.assert_array_equal(drawn(1).values(observation), drawn(1).values(observation))
    assert not np.allclose(drawn(1).values(observation), drawn(2).values(observation))


def test_a_network_keeps_its_layers():
    with pytest.raises(FrozenInstanceError):
        drawn().layers = []


def test_each_action_is_the_best_of_some_observation_and_clearly_so():
    random = np.random.default_rng(3)
    for _ in range(300):
        network, observation = QNetwork.draw_with_all_actions_best(random)
        values = network.values(observation)

        assert observation.shape == (40, WIDTH) and observation.dtype == np.float32
        assert set(values.argmax(axis=1)) == {0, 1, 2}
        assert np.diff(np.sort(values, axis=1), axis=1).min() > 1e-3
