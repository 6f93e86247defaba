"""The network of double_dqn_keras: a class, its layers and its greedy actions."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from autograder.checks.expect import CheckFailed, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.dense_network import VALUES, DenseNetwork
from autograder.units.shared.examples.networks import LAYERS
from autograder.units.shared.keras_networks import expect_small, without
from autograder.units.shared.networks import WIDTH, linear_layers, observations, redraw
from autograder.units.shared.q_networks import Layers, expect_q_values, network_like
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor

PREDICT_IN_A_LOOP = (
    "act calls predict, which is made for large data sets: for a single observation it takes a "
    "hundred times as long as the computation. Use predict_on_batch."
)

#: Of 40 rows each, so that one random action in twenty shows for certain.
ACT_CALLS = 5

#: New networks whose Q-values are looked at together, and their largest root mean square. With
#: Keras' own weights a single one has 0.1 to 0.3, with He's 0.6 to 3, which the text excludes.
NEW_NETWORKS, LARGEST_START = 4, 0.6


class NetworkTask(Task):
    """The network as a class: its layers, the way through them, and its greedy actions."""

    requires = ("DQN",)
    examples = (LAYERS,)

    @check(points=1, blocking=True)
    def one_value_for_each_action(self, student: Student, random: np.random.Generator) -> None:
        for n_actions, n_hidden_layers in ((2, 1), (3, 2)):
            net = new_network(student, n_actions, n_hidden_layers)
            expect_q_values(net(Tensor(observations(random))), n_actions)

    @check(points=1)
    def any_number_of_hidden_layers(self, student: Student, random: np.random.Generator) -> None:
        x = observations(random, 64)
        first = [new_network(student, 3, 2)(Tensor(x)) for _ in range(NEW_NETWORKS)]
        expect_small(first, LARGEST_START)
        for n_hidden_layers in (1, 3):
            net = new_network(student, 3, n_hidden_layers)
            x = observations(random)
            net(Tensor(x))  # only now a Keras layer makes its weights
            redraw(net, random, scale=0.2)
            layers = linear_layers(net, "tensorflow")
            _expect_number_of_layers(len(layers), n_hidden_layers)
            expect(
                all(layer.weight.shape[1] == 128 for layer in layers[:-1]),
                "wrong_width",
                "Each hidden layer should have 128 units.",
            )
            dense = DenseNetwork(
                tuple(layers), VALUES, last="the last layer", relu='Dense(128, activation="relu")'
            ).centred(net, x)
            expect_close(
                net(Tensor(x)),
                dense(x),
                "wrong_values",
                "The Q-values are not what these layers compute: each hidden layer with its ReLU, "
                "fed with the result of the one before, and the last layer.",
                known_mistakes=dense.known_mistakes(x),
                tolerance=1e-3,
            )

    @check(points=1)
    def act_takes_the_best_action(self, student: Student, random: np.random.Generator) -> None:
        net = new_network(student, 3, 1)
        x = observations(random, 40)
        net(Tensor(x))
        redraw(net, random)
        values = expect_shape(
            net(Tensor(x)),
            (40, 3),
            "wrong_output_shape",
            "There should be a Q-value for each action.",
        )
        with without(net, ["predict"], "predict_in_a_loop", PREDICT_IN_A_LOOP):
            chosen, *again = (net.call("act", x) for _ in range(ACT_CALLS))
        action = expect_shape(
            np.array(chosen) if isinstance(chosen, (int, list)) else chosen,
            (40,),
            "one_action_for_all",
            "act should return an action for each row: argmax along the axis of the actions, "
            "axis=1.",
        )
        expect(
            action.dtype.kind in "iu",
            "values_instead_of_actions",
            "act should return the numbers of the actions (argmax), not their values (max).",
        )
        expect(
            not np.array_equal(action, values.argmin(axis=1)),
            "worst_action",
            "act takes the action with the smallest Q-value: use argmax.",
        )
        expect(
            np.array_equal(action, values.argmax(axis=1)),
            "not_greedy",
            "act should return, for each row, the action with the largest Q-value. Nothing is "
            "random here.",
        )
        expect(
            all(np.array_equal(other, action) for other in again),
            "not_greedy",
            "Called several times with the same observations, act returns other actions. It should "
            "always take the action with the largest Q-value: nothing is random here.",
        )


def _expect_number_of_layers(count: int, n_hidden_layers: int) -> None:
    """count: layers with weights that Keras finds in the network."""
    found = Message(
        "With n_hidden_layers = {n_hidden_layers} the network has {count} layers with weights; "
        "there should be {n_hidden_layers} hidden ones and the last one.",
        n_hidden_layers=n_hidden_layers,
        count=count,
    )
    expect(
        count > n_hidden_layers,
        "wrong_number_of_layers",
        Message.joined(
            found,
            "Keras finds a layer in a list only if the list was assigned with the layer in it, or "
            "if the layer was appended: self.hidden_layers[i] = layer hides it.",
        ),
    )
    expect(count == n_hidden_layers + 1, "wrong_number_of_layers", found)


def deep_network(student: Student, layers: Layers) -> StudentObject:
    """A network of the student's class with three hidden layers, or one with these layers.

    The latter if the class does not give the former its eight arrays of weights.
    """
    with suppress(StudentError, CheckFailed):
        network = new_network(student, layers[-1][1].shape[0], 3)
        network(Tensor(np.zeros((1, WIDTH), np.float32)))
        if len(network.parameters()) == 8:
            return network
    return network_like("DQN")(student, layers)


def new_network(student: Student, n_actions: int, n_hidden_layers: int) -> StudentObject:
    network = student.call("DQN", n_actions=n_actions, n_hidden_layers=n_hidden_layers)
    if not isinstance(network, StudentObject):
        raise CheckFailed("no_network", "DQN(...) should make a network.")
    return network
