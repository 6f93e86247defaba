"""The network of policy_network: probabilities of the actions for each observation."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.dense_network import PROBABILITIES, closest
from autograder.units.shared.examples.networks import LAYERS, SOFTMAX
from autograder.units.shared.networks import (
    Linear,
    arrangements,
    layers_of,
    observations,
    redraw,
)
from autograder.units.shared.probabilities import (
    expect_different,
    expect_finite,
    expect_probabilities,
)
from autograder.units.shared.usage import (
    expect_all_trained,
    expect_first_layer,
    expect_steady,
    trained_by,
)
from autograder.worker.interface import Student, StudentObject, Tensor


class ForwardTask(Task):
    """`PolicyNetwork(hidden_size, n_actions)`: (batch, 4) to (batch, n_actions)."""

    requires = ("PolicyNetwork",)
    examples = (SOFTMAX, LAYERS)

    @check(points=1, blocking=True)
    def one_row_of_probabilities_for_each_observation(
        self, student: Student, random: np.random.Generator
    ) -> None:
        for n_actions, rows in ((2, 5), (3, 5), (3, 1)):
            expect_shape(
                _network(student, n_actions)(Tensor(observations(random, rows))),
                (rows, n_actions),
                "wrong_output_shape",
                Message(
                    "With n_actions={n_actions}, an input of shape ({rows}, 4) should give one row "
                    "of {n_actions} probabilities for each observation.",
                    n_actions=n_actions,
                    rows=rows,
                ),
            )

    @check(points=1)
    def each_row_sums_to_one(self, student: Student, random: np.random.Generator) -> None:
        network = _network(student)
        redraw(network, random)
        output = network(Tensor(observations(random)))
        expect_probabilities(output, head="policy_head")
        expect_different(output)

    @check(points=1, needs=("each_row_sums_to_one",))
    def computes_what_its_layers_say(self, student: Student, random: np.random.Generator) -> None:
        network = _network(student)
        redraw(network, random)
        x = observations(random)
        expect_first_layer(network)
        expect_steady(network, x)
        expect_all_trained(student, network, x, trained_by(student, network, x))
        layers = _layers(network)
        dense = closest(layers, PROBABILITIES, "policy_head", x, network(Tensor(x)))
        dense = dense.centred(network, x)
        expect_close(
            network(Tensor(x)),
            dense(x),
            "wrong_probabilities",
            "The probabilities are not what your layers compute. The order is: linear layer, ReLU, "
            "policy_head, softmax. Each takes the result of the one before.",
            known_mistakes=dense.known_mistakes(x),
            tolerance=1e-3,
        )
        redraw(network, random, scale=100.0)
        expect_finite(network(Tensor(x)))


def _network(student: Student, n_actions: int = 3) -> StudentObject:
    network = student.call("PolicyNetwork", hidden_size=7, n_actions=n_actions)
    if not isinstance(network, StudentObject):
        raise CheckFailed(
            "no_network",
            "PolicyNetwork(...) should make a network. Does the class still inherit from "
            "nn.Module?",
        )
    return network


def _layers(network: StudentObject) -> list[list[Linear]]:
    """The ways to read the network's layers. Raises CheckFailed if none is of the right size."""
    arrays = list(network.parameters().values())
    expect(
        len(layers_of(arrays, "torch")) >= 2,
        "hidden_layer_missing",
        "Your network has a single linear layer. There should be two: one from the observation to "
        "hidden_size numbers, then policy_head from these to n_actions.",
    )
    ways = [
        layers
        for layers in arrangements(arrays, "torch")
        if layers[0].weight.shape == (4, 7) and layers[-1].weight.shape[1] == 3
    ]
    expect(
        bool(ways),
        "sizes_ignored",
        "With hidden_size=7 and n_actions=3 the first layer should be Linear(4, 7) and the last "
        "one Linear(7, 3). Use the arguments, not fixed numbers.",
    )
    return ways
