"""A Q-network of the checks' own: its weights are known, so its answers can be computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import expect_shape
from autograder.messages import Message
from autograder.units.shared.networks import WIDTH, relu
from autograder.worker.interface import Student, StudentObject

#: Weight (inputs, outputs) and bias (outputs,) of each layer.
Layers = list[tuple[np.ndarray, np.ndarray]]
#: Puts a network with these layers on the student's side, in the form that the unit uses.
NetworkMaker = Callable[[Student, Layers], StudentObject]

HIDDEN = 8


def expect_q_values(output: object, n_actions: int) -> None:
    """Raise CheckFailed unless five observations gave Q-values, (5, n_actions)."""
    expect_shape(
        output,
        (5, n_actions),
        "wrong_output_shape",
        Message(
            "With n_actions = {n_actions} five observations should give five rows with one "
            "Q-value for each action.",
            n_actions=n_actions,
        ),
    )


def plain_network(student: Student, layers: Layers) -> StudentObject:
    """A network that is called with observations alone."""
    return student.network(layers)


def network_like(name: str) -> NetworkMaker:
    """Makes networks that are instances of the student's class of this name."""

    def make(student: Student, layers: Layers) -> StudentObject:
        return student.network(layers, like=name)

    return make


@dataclass(frozen=True)
class QNetwork:
    """Two linear layers with ReLU between: Q-values for each observation and action."""

    layers: Layers

    @classmethod
    def draw(cls, random: np.random.Generator, n_actions: int = 3) -> QNetwork:
        """Random weights; three actions, because two hide mistakes."""
        shapes = ((WIDTH, HIDDEN), (HIDDEN, n_actions))
        return cls(
            [
                (
                    random.normal(size=shape).astype(np.float32),
                    random.normal(size=shape[1]).astype(np.float32),
                )
                for shape in shapes
            ]
        )

    @classmethod
    def draw_with_all_actions_best(cls, random: np.random.Generator) -> tuple[QNetwork, np.ndarray]:
        """A network and (40, 4) observations: each action is the best of some, and clearly so."""
        while True:
            network = cls.draw(random)
            observation = random.normal(size=(40, WIDTH)).astype(np.float32)
            values = network.values(observation)
            ordered = np.sort(values, axis=1)
            clear = np.all(np.diff(ordered, axis=1) > 1e-3)
            if clear and len(set(values.argmax(axis=1).tolist())) == network.n_actions:
                return network, observation

    def with_values(self, observation: np.ndarray, values: np.ndarray) -> QNetwork:
        """The same network, but with these Q-values of one observation; (4,) and (n_actions,)."""
        *hidden, (weight, bias) = self.layers
        shift = values - self.values(observation[None])[0]
        return QNetwork([*hidden, (weight, (bias + shift).astype(np.float32))])

    @property
    def n_actions(self) -> int:
        return self.layers[-1][1].shape[0]

    def hidden(self, observation: np.ndarray) -> np.ndarray:
        """What the hidden layer gives, (n, HIDDEN)."""
        weight, bias = self.layers[0]
        return relu(observation.astype(np.float64) @ weight + bias)

    def values(self, observation: np.ndarray) -> np.ndarray:
        """Q(s, a), (n, 4) to (n, n_actions)."""
        weight, bias = self.layers[1]
        return self.hidden(observation) @ weight + bias
