"""A network of linear layers computed in NumPy from its weights alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

#: A larger network is asked itself: its owner pays for what it computes, not the grader.
MAX_PARAMETERS = 100_000
#: Of more layers the order of use is not looked for.
MAX_LAYERS = 6


class Linear(NamedTuple):
    """One linear layer: y = x W + b."""

    weight: np.ndarray  # (inputs, outputs)
    bias: np.ndarray  # (outputs,)


def relu(x: np.ndarray) -> np.ndarray:
    """max(0, x)."""
    return np.maximum(x, 0.0)


def softmax(x: np.ndarray) -> np.ndarray:
    """Probabilities from any real numbers, row by row."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


ACTIVATIONS: tuple[Callable[[np.ndarray], np.ndarray], ...] = (relu, np.tanh)


@dataclass(frozen=True)
class DenseNetwork:
    """Linear layers, one after the other, with the same activation between them."""

    layers: tuple[Linear, ...]
    activation: Callable[[np.ndarray], np.ndarray]

    def __call__(self, observation: np.ndarray) -> np.ndarray:
        """The last layer's output, (n, width) to (n, outputs)."""
        first, *others = self.layers
        x = observation @ first.weight + first.bias
        for layer in others:
            x = self.activation(x) @ layer.weight + layer.bias
        return x


def dense_networks(
    weights: list[np.ndarray], framework: str | None, inputs: int, outputs: int
) -> list[DenseNetwork]:
    """The networks that may have these weights, as `AbstractAgent.get_weights` lists them."""
    matrices = [weight for weight in weights if weight.ndim == 2]
    biases = [weight for weight in weights if weight.ndim == 1]
    if sum(weight.size for weight in weights) > MAX_PARAMETERS:
        return []
    if len(matrices) != len(biases) or len(matrices) + len(biases) != len(weights):
        return []
    if len(matrices) > MAX_LAYERS:
        return []
    if framework == "torch":
        matrices = [matrix.T for matrix in matrices]
    layers = [Linear(*layer) for layer in zip(matrices, biases, strict=True)]
    return [
        DenseNetwork(chain, activation)
        for length in range(len(layers), 0, -1)  # a critic's head leads to no action
        for chain in combinations(layers, length)
        if _leads(chain, inputs, outputs)
        for activation in ACTIVATIONS
    ]


def _leads(chain: tuple[Linear, ...], inputs: int, outputs: int) -> bool:
    """Whether each layer takes what the one before gives, from observation to values."""
    sizes = [inputs, *(len(layer.bias) for layer in chain)]
    shapes = [layer.weight.shape for layer in chain]
    return sizes[-1] == outputs and shapes == list(pairwise(sizes))
