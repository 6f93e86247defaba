"""The dense network computed by hand answers as PyTorch's, and so do its typical mistakes."""

import numpy as np
import pytest
import torch
from torch import nn

from autograder.units.shared.dense_network import PROBABILITIES, VALUES, DenseNetwork
from autograder.units.shared.networks import linear_layers
from autograder.worker.local import LocalStudent

X = np.random.default_rng(1).normal(size=(5, 4)).astype(np.float32)


def network(*between, last=()):
    """Three linear layers, with these modules after the first, the second and the third."""
    torch.manual_seed(3)
    first, second, third = nn.Linear(4, 7), nn.Linear(7, 7), nn.Linear(7, 3)
    return nn.Sequential(first, between[0], second, between[1], third, *last)


def by_hand(module, output):
    student = LocalStudent({"module": lambda: module}, "torch")
    layers = tuple(linear_layers(student.call("module"), "torch"))
    return DenseNetwork(layers, output, last="layer3")


def answers(module):
    return module(torch.as_tensor(X)).detach().numpy()


@pytest.mark.parametrize(
    ("output", "last"),
    [(VALUES, []), (PROBABILITIES, [nn.Softmax(dim=-1)])],
    ids=["values", "probs"],
)
def test_layers_with_relu_between_give_what_the_network_gives(output, last):
    module = network(nn.ReLU(), nn.ReLU(), last=last)

    np.testing.assert_allclose(by_hand(module, output)(X), answers(module), rtol=1e-5)


@pytest.mark.parametrize(
    ("module", "output", "mistake", "said"),
    [
        (network(nn.Identity(), nn.Identity()), VALUES, "relu_missing", "3 linear layers"),
        (network(nn.Identity(), nn.ReLU()), VALUES, "first_relu_missing", "after the first"),
        (network(nn.ReLU(), nn.Identity()), VALUES, "second_relu_missing", "after the second"),
        (network(nn.Tanh(), nn.Tanh()), VALUES, "tanh_instead_of_relu", "use tanh"),
        (network(nn.Sigmoid(), nn.Sigmoid()), VALUES, "sigmoid_instead_of_relu", "use sigmoid"),
        (network(nn.ReLU(), nn.ReLU(), last=[nn.ReLU()]), VALUES, "relu_on_values", "layer3"),
        (
            network(nn.ReLU(), nn.ReLU(), last=[nn.Softmax(dim=-1)]),
            VALUES,
            "softmax_on_values",
            "any number",
        ),
        (
            network(nn.ReLU(), nn.ReLU(), last=[nn.ReLU(), nn.Softmax(dim=-1)]),
            PROBABILITIES,
            "relu_on_logits",
            "layer3",
        ),
        (
            network(nn.ReLU(), nn.ReLU(), last=[nn.Softmax(dim=-1), nn.Softmax(dim=-1)]),
            PROBABILITIES,
            "softmax_twice",
            "twice",
        ),
    ],
)
def test_a_known_mistake_answers_as_a_network_with_that_mistake(module, output, mistake, said):
    known = {item.mistake: item for item in by_hand(module, output).known_mistakes(X)}

    np.testing.assert_allclose(known[mistake].values, answers(module), rtol=1e-4, atol=1e-6)
    assert said in known[mistake].message


def test_with_one_hidden_layer_only_one_relu_can_be_missing():
    module = nn.Sequential(nn.Linear(4, 7), nn.ReLU(), nn.Linear(7, 2))
    names = [item.mistake for item in by_hand(module, VALUES).known_mistakes(X)]

    assert names[:2] == ["relu_missing", "tanh_instead_of_relu"]


def test_how_a_relu_is_written_is_the_frameworks_business():
    module = network(nn.ReLU(), nn.ReLU())
    dense = by_hand(module, VALUES)
    keras = DenseNetwork(dense.layers, VALUES, last="the last layer", relu='activation="relu"')

    assert 'activation="relu"' in keras.known_mistakes(X)[0].message


def test_a_centred_network_has_values_of_both_signs():
    module = network(nn.ReLU(), nn.ReLU())
    student = LocalStudent({"module": lambda: module}, "torch")
    handle = student.call("module")
    with torch.no_grad():
        module[-1].bias += 50
    layers = tuple(linear_layers(handle, "torch"))

    dense = DenseNetwork(layers, VALUES, last="layer3").centred(handle, X)

    assert np.all(answers(module).min(axis=0) < 0) and np.all(answers(module).max(axis=0) > 0)
    np.testing.assert_allclose(dense(X), answers(module), rtol=1e-4, atol=1e-5)
