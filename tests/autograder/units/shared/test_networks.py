"""Networks computed by hand answer what PyTorch's answer; odd networks are named."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from autograder.checks.expect import CheckFailed
from autograder.units.shared.networks import (
    Linear,
    arrangements,
    centred,
    differences,
    distance,
    layers_of,
    linear_layers,
    observations,
    redraw,
    relu,
    rise,
    softmax,
    through,
)
from autograder.worker.local import LocalStudent

SEEDS = (1, 2, 3)


def made(network):
    """The network as the checks see it: an object on the student's side."""
    return LocalStudent({"Network": lambda: network}, "torch").call("Network")


def two_layers():
    return nn.Sequential(nn.Linear(4, 7), nn.ReLU(), nn.Linear(7, 3))


def mistake_of(function, *arguments):
    with pytest.raises(CheckFailed) as caught:
        function(*arguments)
    return caught.value.mistake


@pytest.mark.parametrize("rows", [1, 5, 8])
def test_observations_are_like_those_of_a_cart_pole(rows):
    drawn = observations(np.random.default_rng(1), rows)

    assert drawn.shape == (rows, 4)
    assert drawn.dtype == np.float32
    assert len(np.unique(drawn, axis=0)) == rows


def test_five_observations_are_drawn_unless_more_are_wanted():
    assert len(observations(np.random.default_rng(1))) == 5


@pytest.mark.parametrize("seed", SEEDS)
def test_redraw_gives_every_parameter_new_numbers_and_says_which(seed):
    network = made(two_layers())
    before = network.parameters()

    drawn = redraw(network, np.random.default_rng(seed))

    after = network.parameters()
    assert drawn.keys() == before.keys() == after.keys()
    for name in before:
        assert np.array_equal(after[name], drawn[name])
        assert after[name].dtype == before[name].dtype
        assert (after[name] != before[name]).all()


@pytest.mark.parametrize("scale", [0.01, 100.0])
def test_redraw_draws_numbers_of_the_wanted_size(scale):
    drawn = redraw(made(nn.Linear(40, 40)), np.random.default_rng(1), scale=scale)

    assert drawn["weight"].std() == pytest.approx(scale, rel=0.1)


def test_numbers_redrawn_are_of_the_size_that_layers_work_with():
    drawn = redraw(made(nn.Linear(40, 40)), np.random.default_rng(1))

    assert 0.3 < drawn["weight"].std() < 1.5


@pytest.mark.parametrize(
    ("network", "mistake"),
    [
        (nn.ReLU, "no_parameters"),
        (lambda: nn.Linear(4, 0), "empty_layer"),
        (lambda: nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 0)), "empty_layer"),
    ],
)
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_a_network_without_numbers_is_named(network, mistake):
    assert mistake_of(redraw, made(network()), np.random.default_rng(1)) == mistake


def test_the_differences_are_how_far_each_parameter_moved():
    first = {"weight": np.array([[1.0, 2.0]]), "bias": np.array([3.0])}
    second = {"weight": np.array([[1.5, 1.0]]), "bias": np.array([3.0])}

    moved = differences(first, second)

    assert moved.keys() == first.keys()
    assert moved["weight"].tolist() == [[0.5, -1.0]]
    assert moved["bias"].tolist() == [0.0]


@pytest.mark.parametrize(
    "second",
    [
        {"weight": np.zeros((3, 1))},
        {"weight": np.zeros(3)},
        {"other": np.zeros((1, 3))},
        {"weight": np.zeros((1, 3)), "bias": np.zeros(3)},
        {},
    ],
    ids=["turned", "flat", "renamed", "one more", "none left"],
)
@pytest.mark.parametrize("compare", [differences, distance])
def test_only_the_same_parameters_can_be_compared(compare, second):
    first = {"weight": np.zeros((1, 3))}

    assert mistake_of(compare, first, second) == "other_parameters"
    assert mistake_of(compare, second, first) == "other_parameters"


def test_the_distance_goes_over_all_parameters():
    first = {"weight": np.array([[1.0, 1.0]]), "bias": np.array([1.0])}
    second = {"weight": np.array([[3.0, 0.0]]), "bias": np.array([3.0])}

    assert distance(first, second) == pytest.approx(3)
    assert distance(second, first) == pytest.approx(3)
    assert distance(first, first) == 0


def test_a_long_way_of_small_floats_does_not_overflow():
    first = {"weight": np.zeros(2, np.float32)}
    second = {"weight": np.array([3e30, 4e30], np.float32)}

    assert distance(first, second) == pytest.approx(5e30)


def test_the_rise_is_the_move_along_the_gradients():
    first = {"weight": np.array([[1.0, 1.0]]), "bias": np.array([1.0])}
    second = {"weight": np.array([[3.0, 0.0]]), "bias": np.array([2.0])}
    gradients = {"weight": np.array([[5.0, 1.0]]), "bias": np.array([-2.0])}

    assert rise(first, second, gradients) == pytest.approx(2 * 5 - 1 * 1 - 1 * 2)
    assert rise(second, first, gradients) == pytest.approx(-7)


@pytest.mark.parametrize(
    "gradients",
    [
        {"weight": None, "bias": np.array([2.0])},
        {"weight": np.ones((2, 1)), "bias": np.array([2.0])},
        {"weight": np.ones(2), "bias": np.array([2.0])},
        {"weight": np.ones((1, 1)), "bias": np.array([2.0])},
        {"another": np.ones((1, 2)), "bias": np.array([2.0])},
        {"bias": np.array([2.0])},
    ],
    ids=["no gradient", "turned", "flat", "one number", "of another network", "left out"],
)
def test_what_has_no_gradient_of_its_shape_raises_nothing(gradients):
    first = {"weight": np.zeros((1, 2)), "bias": np.zeros(1)}
    second = {"weight": np.ones((1, 2)), "bias": np.array([3.0])}

    assert rise(first, second, gradients) == pytest.approx(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_layers_computed_by_hand_answer_what_the_network_answers(seed):
    network = two_layers()
    redraw(made(network), np.random.default_rng(seed))
    x = observations(np.random.default_rng(seed))

    layers = linear_layers(made(network), "torch")

    assert [layer.weight.shape for layer in layers] == [(4, 7), (7, 3)]
    assert through(layers, x) == pytest.approx(network(torch.tensor(x)).detach().numpy(), abs=1e-5)


@pytest.mark.parametrize("framework", ["tensorflow", None])
def test_other_libraries_write_a_weight_as_inputs_by_outputs(framework):
    weight, bias = np.arange(6.0).reshape(2, 3), np.array([1.0, 0.0, -1.0])

    (layer,) = layers_of([weight, bias], framework)

    assert layer(np.array([[1.0, 2.0]])).tolist() == [[7.0, 9.0, 11.0]]


def test_torch_writes_a_weight_as_outputs_by_inputs():
    weight, bias = np.arange(6.0).reshape(3, 2), np.array([1.0, 0.0, -1.0])

    (layer,) = layers_of([weight, bias], "torch")

    assert layer(np.array([[1.0, 2.0]])).tolist() == [[3.0, 8.0, 13.0]]


@pytest.mark.parametrize("sizes", [(4, 7, 3), (4, 8, 6, 3), (4, 9, 8, 7, 6, 5, 3)], ids=str)
@pytest.mark.parametrize("turned", [slice(None), slice(None, None, -1)], ids=["", "backwards"])
def test_layers_stand_in_the_order_of_their_use_however_they_were_made(sizes, turned):
    shapes = list(pairwise(sizes))
    network = nn.ModuleList([nn.Linear(*shape) for shape in shapes[turned]])

    layers = linear_layers(made(network), "torch")

    assert [layer.weight.shape for layer in layers] == shapes


def test_layers_that_do_not_fit_stay_as_they_were_made():
    network = nn.ModuleList([nn.Linear(6, 3), nn.Linear(4, 7)])

    layers = linear_layers(made(network), "torch")

    assert [layer.weight.shape for layer in layers] == [(6, 3), (4, 7)]


@pytest.mark.parametrize(
    "network",
    [
        nn.Linear(4, 3, bias=False),
        nn.Sequential(nn.Linear(4, 3), nn.LayerNorm(3)),
        nn.Sequential(nn.Linear(4, 3, bias=False), nn.Linear(3, 2)),
        nn.Bilinear(4, 4, 3),
        nn.Sequential(nn.Linear(4, 3), nn.Bilinear(3, 3, 2, bias=False)),
        nn.PReLU(),
    ],
    ids=["no bias", "normalised", "one bias for two", "three dimensions", "both", "no weight"],
)
def test_only_linear_layers_with_a_bias_can_be_computed_by_hand(network):
    assert mistake_of(linear_layers, made(network), "torch") == "other_layers"


def test_a_last_layer_may_be_a_vector_and_a_single_number():
    random = np.random.default_rng(1)
    vector, number = random.normal(size=7), np.array(2.0)
    first = [random.normal(size=(7, 4)), random.normal(size=7)]

    layers = next(arrangements([*first, vector, number], "torch"))

    assert [layer.weight.shape for layer in layers] == [(4, 7), (7, 1)]
    x = random.normal(size=(3, 7))
    np.testing.assert_allclose(layers[1](x)[:, 0], x @ vector + number)


def test_a_single_number_is_no_bias_of_several_outputs():
    assert mistake_of(layers_of, [np.ones((4, 3)), np.array(1.0)], None) == "other_layers"


@pytest.mark.parametrize("seed", SEEDS)
def test_after_centring_each_value_is_negative_for_some_rows_and_positive_for_others(seed):
    random = np.random.default_rng(seed)
    network = two_layers()
    network[2].bias.data += 50.0
    first, last = linear_layers(made(network), "torch")
    x = observations(random, 20)
    hidden = relu(first(x))

    shifted = centred(made(network), last, hidden)

    values = shifted(hidden)
    assert values.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-4)
    assert (values < 0).any(axis=0).all()
    assert (values > 0).any(axis=0).all()
    assert network(torch.tensor(x)).detach().numpy() == pytest.approx(values, abs=1e-4)
    assert linear_layers(made(network), "torch")[0].bias == pytest.approx(first.bias)


def test_relu_cuts_what_is_negative():
    assert relu(np.array([-2.0, -0.5, 0.0, 0.5, 2.0])).tolist() == [0.0, 0.0, 0.0, 0.5, 2.0]


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_is_that_of_torch(axis):
    x = np.random.default_rng(1).normal(size=(3, 2))

    assert softmax(x, axis) == pytest.approx(torch.softmax(torch.tensor(x), axis).numpy())


def test_softmax_runs_over_the_last_dimension_unless_told():
    assert softmax(np.array([[0.0, 0.0], [np.log(3.0), 0.0]])) == pytest.approx(
        np.array([[0.5, 0.5], [0.75, 0.25]])
    )


def test_softmax_does_not_overflow():
    assert softmax(np.array([2000.0, 0.0, -2000.0])).tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("activation", "answer"), [(relu, 3.0), (lambda x: x, 1.0), (np.negative, -1.0)]
)
def test_the_activation_stands_between_the_layers_only(activation, answer):
    identity, total = Linear(np.eye(2), np.zeros(2)), Linear(np.ones((2, 1)), np.zeros(1))
    x = np.array([[3.0, -2.0]])

    assert through([identity, total], x, activation).tolist() == [[answer]]
    assert through([identity], x, activation).tolist() == [[3.0, -2.0]]
    assert through([], x, activation).tolist() == [[3.0, -2.0]]


@pytest.mark.parametrize(("said", "taken"), [(7, 5), (5, 7)])
def test_layers_that_do_not_fit_are_named_with_their_sizes(said, taken):
    layers = [Linear(np.ones((4, said)), np.ones(said)), Linear(np.ones((taken, 3)), np.ones(3))]
    message = f"gives {said} numbers, the next one takes {taken}"

    with pytest.raises(CheckFailed, match=message) as caught:
        through(layers, np.ones((2, 4)))

    assert caught.value.mistake == "layers_do_not_fit"
