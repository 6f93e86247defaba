"""A network of dense layers computed by hand: its answers, and those of typical mistakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograder.checks.expect import KnownMistake
from autograder.messages import Message
from autograder.units.shared.networks import Linear, centred, relu, softmax, through
from autograder.worker.interface import StudentObject

Activation = Callable[[np.ndarray], np.ndarray]

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def identity(x: np.ndarray) -> np.ndarray:
    """The numbers themselves: no activation."""
    return x


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Between 0 and 1: 1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


@dataclass(frozen=True)
class Output:
    """What follows the last layer, and what typical mistakes do there instead."""

    activation: Activation
    known_mistakes: tuple[tuple[str, Activation, str], ...]


PROBABILITIES = Output(
    softmax,
    (
        (
            "relu_on_logits",
            lambda logits: softmax(relu(logits)),
            "There is also a ReLU after {last}. It sets every negative value to 0: the softmax "
            "cannot tell such actions apart, and they get no gradient. Only the softmax comes "
            "after the last layer.",
        ),
        (
            "softmax_twice",
            lambda logits: softmax(softmax(logits)),
            "The softmax is applied twice: the network can then never be sure of an action.",
        ),
    ),
)
VALUES = Output(
    identity,
    (
        (
            "relu_on_values",
            relu,
            "There is also a ReLU after {last}: no value could be negative. Leave that ReLU out.",
        ),
        (
            "softmax_on_values",
            softmax,
            "A softmax makes probabilities. These values are returns, which can be any number: "
            "nothing comes after the last layer.",
        ),
    ),
)


@dataclass(frozen=True)
class DenseNetwork:
    """Linear layers with ReLU between them.

    last: the last layer's name, for messages. relu: how a ReLU is written in the unit's framework.
    """

    layers: tuple[Linear, ...]
    output: Output
    last: str
    relu: str = "F.relu(...)"

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """(batch, inputs) to (batch, outputs). Raises CheckFailed if the layers do not fit."""
        return self.output.activation(through(list(self.layers), x))

    def centred(self, network: StudentObject, x: np.ndarray) -> DenseNetwork:
        """Shift the network's last bias so that each output is negative for some rows of x."""
        hidden = relu(through(list(self.layers[:-1]), x))
        last = centred(network, self.layers[-1], hidden)
        return replace(self, layers=(*self.layers[:-1], last))

    def known_mistakes(self, x: np.ndarray) -> tuple[KnownMistake, ...]:
        """What typical mistakes answer for these inputs, (batch, inputs)."""
        return (*self._between_layers(x), *self._after_the_last(x))

    def _between_layers(self, x: np.ndarray) -> list[KnownMistake]:
        """A ReLU is missing, or there is another activation in its place."""
        hidden = len(self.layers) - 1
        missing = Message(
            "There is no ReLU between the layers: write {relu}. Without it, {n} linear layers can "
            "do no more than one.",
            relu=self.relu,
            n=hidden + 1,
        )
        found = [KnownMistake("relu_missing", self._with(x, [identity] * hidden), missing)]
        for number in range(hidden) if hidden > 1 else ():
            activations = [identity if i == number else relu for i in range(hidden)]
            nth = _ORDINALS[number]
            message = Message(
                "The ReLU after the {nth} layer is missing: {relu}.", nth=nth, relu=self.relu
            )
            found.append(KnownMistake(f"{nth}_relu_missing", self._with(x, activations), message))
        for name, activation in (("tanh", np.tanh), ("sigmoid", sigmoid)):
            values = self._with(x, [activation] * hidden)
            message = Message(
                "The hidden layers use {name}. This exercise asks for ReLU.", name=name
            )
            found.append(KnownMistake(f"{name}_instead_of_relu", values, message))
        return found

    def _after_the_last(self, x: np.ndarray) -> list[KnownMistake]:
        logits = self._logits(x, [relu] * (len(self.layers) - 1))
        return [
            KnownMistake(name, activation(logits), Message(message, last=self.last))
            for name, activation, message in self.output.known_mistakes
        ]

    def _with(self, x: np.ndarray, activations: Sequence[Activation]) -> np.ndarray:
        """The output with these activations after the hidden layers."""
        return self.output.activation(self._logits(x, activations))

    def _logits(self, x: np.ndarray, activations: Sequence[Activation]) -> np.ndarray:
        for layer, activation in zip(self.layers, [*activations, identity], strict=True):
            x = activation(layer(x))
        return x


def closest(
    ways: Sequence[Sequence[Linear]], output: Output, last: str, x: np.ndarray, answer: np.ndarray
) -> DenseNetwork:
    """The network with these layers, in the order and orientation in which it gives the answer.

    ways: ways to read the student's layers, at least one; where none fits, the first counts.
    """
    networks = [DenseNetwork(tuple(layers), output, last) for layers in ways]
    for network in networks:
        values = network(x)
        if answer.shape == values.shape and np.allclose(answer, values, rtol=1e-3, atol=1e-4):
            return network
    return networks[0]
