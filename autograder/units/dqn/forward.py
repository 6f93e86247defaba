"""The network of dqn: the way through its three layers."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.dense_network import VALUES, DenseNetwork
from autograder.units.shared.examples.networks import LAYERS
from autograder.units.shared.networks import linear_layers, observations, redraw
from autograder.worker.interface import Student, StudentObject, Tensor


class ForwardTask(Task):
    """The network's way through its three layers."""

    requires = ("DQN",)
    examples = (LAYERS,)

    @check(points=1, blocking=True)
    def one_value_for_each_action(self, student: Student, random: np.random.Generator) -> None:
        for n_actions in (2, 3):
            network = _new_network(student, n_actions)
            output = network(Tensor(observations(random)))
            expect_shape(
                output,
                (5, n_actions),
                "wrong_output_shape",
                "Five observations should give five rows with one Q-value for each action.",
            )

    @check(points=1)
    def computes_what_its_layers_say(self, student: Student, random: np.random.Generator) -> None:
        network = _new_network(student, 3)
        redraw(network, random)
        layers = linear_layers(network, "torch")
        shapes = [layer.weight.shape for layer in layers]
        if len(shapes) != 3 or not (
            shapes[0][0] == 4 and shapes[0][1] == shapes[1][0] and shapes[1][1] == shapes[2][0]
        ):
            raise CheckFailed(
                "other_layers",
                Message(
                    "The network should have the three linear layers that were given, in their "
                    "order; yours go {shapes}.",
                    shapes=", ".join(f"{inputs} to {outputs}" for inputs, outputs in shapes),
                ),
            )
        x = observations(random)
        dense = DenseNetwork(tuple(layers), VALUES, last="layer3").centred(network, x)
        expect_close(
            network(Tensor(x)),
            dense(x),
            "wrong_values",
            "The Q-values are not what these layers compute: layer1, ReLU, layer2, ReLU, layer3, "
            "each fed with the result of the one before.",
            known_mistakes=dense.known_mistakes(x),
            tolerance=1e-3,
        )


def _new_network(student: Student, n_actions: int) -> StudentObject:
    network = student.call("DQN", 4, n_actions)
    if not isinstance(network, StudentObject):
        raise CheckFailed(
            "no_network", "DQN(...) should make a network: does the class still inherit nn.Module?"
        )
    return network
