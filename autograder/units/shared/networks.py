"""A network of linear layers computed by hand: what its parameters say it must answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations, product

import numpy as np

from autograder.checks.expect import expect
from autograder.messages import Message
from autograder.worker.interface import StudentObject

#: Numbers of an observation of the cart pole.
WIDTH = 4
#: Of more layers the order of use is not looked for.
MOST_LAYERS = 6


@dataclass(frozen=True)
class Linear:
    """One linear layer: y = x W + b."""

    weight: np.ndarray  # (inputs, outputs)
    bias: np.ndarray  # (outputs,)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return x @ self.weight + self.bias


def observations(random: np.random.Generator, n: int = 5) -> np.ndarray:
    """Cart-pole-like observations, all rows different; (n, 4) float32."""
    return random.normal(size=(n, WIDTH)).astype(np.float32)


def against_the_limits(observation: np.ndarray, ended: np.ndarray) -> np.ndarray:
    """Poles that stand where an episode has ended, and lie where it goes on: only flags end it.

    observation: (n, 4). ended: (n,).
    """
    lying = np.where(observation < 0, -1, 1) * (2.5 + np.abs(observation))
    standing = 0.1 * np.tanh(observation)
    return np.where(ended[:, np.newaxis], standing, lying).astype(np.float32)  # (n, 4)


def redraw(
    network: StudentObject, random: np.random.Generator, scale: float = 0.7
) -> dict[str, np.ndarray]:
    """Give the network new random parameters, biases included: defaults hide mistakes.

    Returns what was drawn, by name.
    """
    parameters = network.parameters()
    expect(
        bool(parameters),
        "no_parameters",
        "Your network has no parameters. Layers must be attributes of the network "
        "(self.hidden = ...): a layer made inside forward or call, or kept in a plain list, is not "
        "found.",
    )
    expect(
        all(value.size for value in parameters.values()),
        "empty_layer",
        "One of your network's layers has no numbers at all: is one of its sizes 0?",
    )
    drawn = {
        name: random.normal(scale=scale, size=value.shape).astype(value.dtype)
        for name, value in parameters.items()
    }
    network.set_parameters(drawn)
    return drawn


def differences(
    first: dict[str, np.ndarray], second: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """How far each parameter moved from the first reading to the second.

    Shapes are compared first: a column minus a row would be a matrix, as large as they like.
    """
    expect(
        {name: array.shape for name, array in first.items()}
        == {name: array.shape for name, array in second.items()},
        "other_parameters",
        "Your network has other parameters than a moment ago: other names, or other shapes. "
        "Learning changes their numbers only.",
    )
    return {name: second[name] - first[name] for name in first}


def distance(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> float:
    """How far the parameters moved, over all of them."""
    moved = differences(first, second).values()
    return float(np.sqrt(sum(np.sum(np.square(part, dtype=np.float64)) for part in moved)))


def rise(
    first: dict[str, np.ndarray],
    second: dict[str, np.ndarray],
    gradients: Mapping[str, np.ndarray | None],
) -> float:
    """By how much the move from the first to the second raised what has these gradients."""
    moved = differences(first, second)
    return sum(
        float(np.sum(moved[name] * gradient, dtype=np.float64))
        for name, gradient in gradients.items()
        if gradient is not None and name in moved and moved[name].shape == gradient.shape
    )


def linear_layers(network: StudentObject, framework: str | None) -> list[Linear]:
    """The network's linear layers in the order of their use, weights as (inputs, outputs)."""
    arrays = list(network.parameters().values())
    return next(arrangements(arrays, framework), layers_of(arrays, framework))


def arrangements(arrays: list[np.ndarray], framework: str | None) -> Iterator[list[Linear]]:
    """The ways in which linear layers fit one another, from the observation on.

    Parameters come in the order in which the layers were made, which says nothing of their use; and
    a layer of one's own may hold its weights as (inputs, outputs) or the other way round.
    """
    if len(arrays) > 2 * MOST_LAYERS:
        return
    for layers in product(*_pairs(arrays, framework)):
        yield from (list(order) for order in permutations(layers) if _fit(order))


def layers_of(arrays: list[np.ndarray], framework: str | None) -> list[Linear]:
    """Some of a network's parameters as linear layers, weights as (inputs, outputs)."""
    return [ways[0] for ways in _pairs(arrays, framework)]


def _pairs(arrays: list[np.ndarray], framework: str | None) -> list[list[Linear]]:
    """For each linear layer the ways to read it, the framework's usual one first."""
    arrays = _with_columns(arrays)
    weights = [array for array in arrays if array.ndim == 2]
    biases = [array for array in arrays if array.ndim == 1]
    pairs = [
        [
            Linear(way, bias)
            for way in ((weight.T, weight) if framework == "torch" else (weight, weight.T))
            if way.shape[1] == len(bias)
        ]
        for weight, bias in zip(weights, biases, strict=False)
    ]
    expect(
        len(weights) == len(biases) and len(arrays) == 2 * len(weights) and all(pairs),
        "other_layers",
        "Your network should have linear layers with a bias each, and no other parameters.",
    )
    return pairs


def _with_columns(arrays: list[np.ndarray]) -> list[np.ndarray]:
    """The same, but a layer that is a vector and a single number as a column and a bias."""
    found = list(arrays)
    for number, (first, second) in enumerate(pairwise(arrays)):
        if (first.ndim, second.ndim) == (1, 0):
            found[number : number + 2] = first[:, None], second[None]
    return found


def _fit(layers: Sequence[Linear]) -> bool:
    """Whether the first layer takes observations, and each other one what the one before gives."""
    inputs, outputs = zip(*(layer.weight.shape for layer in layers), strict=True)
    return bool(inputs == (WIDTH, *outputs[:-1]))


def centred(network: StudentObject, last: Linear, hidden: np.ndarray) -> Linear:
    """Shift the network's last bias: each value becomes negative for some rows of `hidden`.

    So a ReLU on the values shows, whatever was drawn. Returns the last layer as it is then.
    """
    name = [
        name
        for name, array in network.parameters().items()
        if np.array_equal(
            np.atleast_1d(array), last.bias
        )  # it is the last layer, wherever it was made
    ][-1]
    bias = (last.bias - last(hidden).mean(axis=0)).astype(last.bias.dtype)
    network.set_parameters({name: bias.reshape(network.parameters()[name].shape)})
    return Linear(last.weight, bias)


def relu(x: np.ndarray) -> np.ndarray:
    """max(0, x)."""
    return np.maximum(x, 0.0)


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Probabilities from any real numbers, computed without overflow."""
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def through(
    layers: list[Linear],
    x: np.ndarray,
    activation: Callable[[np.ndarray], np.ndarray] = relu,
) -> np.ndarray:
    """What comes out behind some layers; activation: applied between them."""
    for number, layer in enumerate(layers):
        expect(
            x.shape[1] == layer.weight.shape[0],
            "layers_do_not_fit",
            Message(
                "One layer gives {given} numbers, the next one takes {taken}. Does each layer get "
                "the result of the one before, and is each one used?",
                given=x.shape[1],
                taken=layer.weight.shape[0],
            ),
        )
        x = layer(x if number == 0 else activation(x))
    return x
