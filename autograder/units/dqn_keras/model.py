"""The functional model of dqn_keras, with observations and a mask."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.raised import quoted
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.dense_network import VALUES, DenseNetwork
from autograder.units.shared.examples.networks import LAYERS, MASK_OUTPUT
from autograder.units.shared.keras_networks import expect_small, ones
from autograder.units.shared.networks import linear_layers, observations, redraw
from autograder.units.shared.q_networks import expect_q_values
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor


class ModelTask(Task):
    """The functional model with two inputs, observations and a mask."""

    requires = ("build_model",)
    examples = (MASK_OUTPUT, LAYERS)

    @check(points=0, blocking=True)
    def takes_observations_and_a_mask(self, student: Student, random: np.random.Generator) -> None:
        for n_actions in (2, 3):
            network = _new_model(student, n_actions)
            try:
                output = network([Tensor(observations(random)), Tensor(ones(5, n_actions))])
            except StudentError as error:
                raise CheckFailed(
                    "wrong_inputs",
                    Message(
                        "The model should take a list of two things: observations, shape "
                        "(batch, 4), and a mask, shape (batch, n_actions). Called so, it raises: "
                        "{error}",
                        error=quoted(error, 200),
                    ),
                ) from None
            expect_q_values(output, n_actions)

    @check(points=1)
    def computes_what_its_layers_say(self, student: Student, random: np.random.Generator) -> None:
        network = _new_model(student, 3, hidden_size=7)
        redraw(network, random)
        layers = linear_layers(network, "tensorflow")
        expect(
            len(layers) == 3,
            "wrong_number_of_layers",
            Message(
                "Your model has {count} layers with weights; there should be three: two hidden "
                "ones, and one with a unit for each action. A layer whose output is not used is no "
                "part of the model.",
                count=len(layers),
            ),
        )
        expect(
            not any(layer.weight.shape[0] in (4 + 3, 7 + 3) for layer in layers)
            or layers[0].weight.shape == (4, 7),
            "mask_as_input",
            "The mask goes into a Dense layer, together with other inputs. It is no input of the "
            "layers: multiply the Q-values with it, layers.Multiply()([values, mask]).",
        )
        expect(
            layers[0].weight.shape == (4, 7) and layers[1].weight.shape == (7, 7),
            "sizes_ignored",
            "With hidden_size=7 both hidden layers should have 7 units: use the argument, not a "
            "fixed number.",
        )
        x = observations(random)
        dense = DenseNetwork(
            tuple(layers), VALUES, last="the last Dense layer", relu='activation="relu"'
        ).centred(network, x)
        inputs = [Tensor(x), Tensor(ones(5, 3))]
        values = network(inputs)
        expect_close(
            values,
            dense(x),
            "wrong_values",
            "The Q-values are not what these layers compute: Dense, ReLU, Dense, ReLU, Dense, each "
            "fed with the result of the one before, then the mask.",
            known_mistakes=(
                KnownMistake("mask_added", dense(x) + 1, MASK_ADDED),
                *dense.known_mistakes(x),
            ),
            tolerance=1e-3,
        )
        expect_close(
            network(inputs, training=True),
            values,
            "other_values_in_training",
            "In train_on_batch your model computes other Q-values than in predict_on_batch. Only "
            "the Dense layers and the mask belong into it: take dropout out.",
            tolerance=1e-3,
        )

    @check(points=1)
    def the_mask_silences_the_other_actions(
        self, student: Student, random: np.random.Generator
    ) -> None:
        network = _new_model(student, 3)
        redraw(network, random)
        x = observations(random)
        mask = np.eye(3, dtype=np.float32)[[0, 2, 1, 1, 2]]
        values = expect_shape(
            network([Tensor(x), Tensor(ones(5, 3))]),
            (5, 3),
            "wrong_output_shape",
            "There should be a Q-value for each action.",
        )
        expect_close(
            network([Tensor(x), Tensor(mask)]),
            values * mask,
            "wrong_mask",
            "With a mask the output should be Q-values times mask: the value where the mask is 1, "
            "and 0 where it is 0.",
            known_mistakes=(
                KnownMistake(
                    "mask_ignored",
                    values,
                    "The mask changes nothing: the output should be "
                    "layers.Multiply()([values, mask]).",
                ),
                KnownMistake(
                    "mask_added",
                    values - 1 + mask,
                    MASK_ADDED,
                ),
            ),
            tolerance=1e-3,
        )

    @check(points=1, needs=("computes_what_its_layers_say",))
    def is_compiled_for_learning(self, student: Student, random: np.random.Generator) -> None:
        network = _new_model(student, 2, alpha=0.0125)
        expect_close(
            network.get("optimizer.learning_rate"),
            np.array(0.0125),
            "alpha_ignored",
            "The learning rate of the optimizer should be the argument alpha, as in the given "
            "line: learning_rate=alpha.",
        )
        inputs = [observations(random), ones(5, 2)]
        values = np.asarray(network([Tensor(part) for part in inputs]))
        error = random.permutation([[0.3, -0.6], [1.5, -2.0], [0.1, 2.5], [-0.4, 3.0], [0.7, -1.2]])
        network.set("run_eagerly", True)
        found = network.call("test_on_batch", inputs, values + error)
        expect_close(
            found[0] if isinstance(found, list) else found,  # with metrics, the loss comes first
            np.mean(error**2),
            "other_loss",
            'The loss should be the mean squared error, "mse". The line with model.compile was '
            "given: restore it.",
            tolerance=1e-3,
        )
        _expect_ready_to_learn(_new_model(student, 2), random)


#: Largest root mean square of a new network's Q-values. Any initialisation is allowed; He's weights
#: give 0.6 to 3.
LARGEST_START = 10.0
MASK_ADDED = "The mask is added to the values; it should be multiplied with them."


def _expect_ready_to_learn(network: StudentObject, random: np.random.Generator) -> None:
    """A new model starts with small Q-values, and its hidden layers let a gradient through."""
    x, mask = observations(random, 64), ones(64, 2)
    expect_small(network([Tensor(x), Tensor(mask)]), LARGEST_START)
    network.set("run_eagerly", True)
    for _ in range(2):  # last weights of 0 let the layers before learn from the second batch on
        network.call("train_on_batch", [x, mask], x[:, :2])
    values = np.asarray(network([Tensor(x), Tensor(mask)]))
    expect(
        bool(np.any(np.ptp(values, axis=0))),
        "hidden_layers_cannot_learn",
        "After two batches your model still has the same Q-values for all observations: nothing "
        "comes through its hidden layers. Did their weights start at 0? Leave them as Keras draws "
        "them.",
    )


def _new_model(student: Student, n_actions: int, **settings: float) -> StudentObject:
    model = student.call("build_model", n_actions=n_actions, **settings)
    if not isinstance(model, StudentObject):
        raise CheckFailed("no_model", "build_model(...) should return a Keras model.")
    return model
