"""The network of dqn: the way through its three layers."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import (
    CheckFailed,
    KnownMistake,
    expect,
    expect_close,
    expect_shape,
)
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.arguments import Arguments
from autograder.units.shared.dense_network import VALUES, DenseNetwork
from autograder.units.shared.examples.networks import LAYERS
from autograder.units.shared.networks import linear_layers, observations, redraw, relu
from autograder.units.shared.q_networks import expect_q_values
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor


class ForwardTask(Task):
    """The network's way through its three layers."""

    requires = ("DQN",)
    examples = (LAYERS,)

    @check(points=1, blocking=True)
    def one_value_for_each_action(self, student: Student, random: np.random.Generator) -> None:
        for n_actions in (2, 3):
            network = _new_network(student, n_actions)
            output = _answer(network, observations(random))
            expect_q_values(output, n_actions)
            expect_shape(
                network(Tensor(observations(random, 1))),
                (1, n_actions),
                "one_row_squeezed",
                "A single observation, shape (1, 4), should give a single row of Q-values: the "
                "batch dimension stays, so no squeeze().",
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
        arguments = Arguments(student, Tensor(x))
        answer = network(*arguments.given)
        arguments.expect_unchanged(
            "observation_changed",
            "The observations are not the same after the call: forward writes into its argument x. "
            "Compute with new tensors (no +=, no function whose name ends in _): the batch is "
            "needed again.",
        )
        _expect_rows_alone(network, x, answer)
        expect_close(
            answer,
            dense(x),
            "wrong_values",
            "The Q-values are not what these layers compute: layer1, ReLU, layer2, ReLU, layer3, "
            "each fed with the result of the one before.",
            known_mistakes=(*dense.known_mistakes(x), *_other_ways(dense, x)),
            tolerance=1e-3,
        )
        _expect_gradient(student, network, x)
        _expect_small_at_first(student, random)


def _answer(network: StudentObject, x: np.ndarray) -> object:
    """What the network answers. Raises CheckFailed if it has made one row of the whole batch."""
    try:
        return network(Tensor(x))
    except StudentError as error:
        if f"(1x{x.size} " not in error.message:
            raise
        raise CheckFailed(
            "flattened",
            Message(
                "The {rows} observations have become a single row of {size} numbers. x has one row "
                "of {width} numbers for each observation already: no flatten() or reshape(). The "
                "error: {error}",
                rows=len(x),
                size=x.size,
                width=x.shape[1],
                error=error,
            ),
        ) from error


def _expect_rows_alone(network: StudentObject, x: np.ndarray, answer: object) -> None:
    """Each row's values are its own, whatever the other rows are, and the same in each call."""
    expect_close(
        np.asarray(network(Tensor(x))),
        np.asarray(answer),
        "random_values",
        "The same observations have other Q-values in a second call: something in forward is "
        "random (dropout, noise), or changes with each call. The formula has nothing of the kind.",
        tolerance=1e-3,
    )
    alone = network(Tensor(x[:1]))
    expect_close(
        np.asarray(answer)[:1],
        np.asarray(alone),
        "rows_depend_on_each_other",
        "A row has other Q-values in a batch of five than alone. Each row goes through the network "
        "by itself: no mean, standard deviation or softmax over the rows.",
        tolerance=1e-3,
    )


def _other_ways(dense: DenseNetwork, x: np.ndarray) -> tuple[KnownMistake, ...]:
    """What comes out if the layers are used in another way, as far as they fit."""
    first, second, third = dense.layers
    one = relu(first(x))
    two = relu(second(one))
    around = (
        KnownMistake(
            "relu_before_the_layers",
            third(relu(second(relu(first(relu(x)))))),
            "There is also a ReLU before layer1. It sets the observation's negative numbers to 0, "
            "and what they say is lost. The ReLU comes after a layer.",
        ),
    )
    if one.shape != two.shape:
        return around
    return (
        *around,
        KnownMistake(
            "second_layer_left_out", third(one), "layer2 is not used: it comes after layer1."
        ),
        KnownMistake(
            "second_layer_twice", third(relu(second(two))), "layer2 is used twice: once is asked."
        ),
        KnownMistake(
            "layers_added",
            third(one + two),
            "What layer1 gave is added to what layer2 gives. The formula has no such sum: layer3 "
            "takes the result of layer2 alone.",
        ),
    )


def _expect_gradient(student: Student, network: StudentObject, x: np.ndarray) -> None:
    kept = student.put(Tensor(x))  # as in a training, the observations have no gradient
    found = student.gradients(network, kept, network=network).parameters
    cut = [name for name, part in found.items() if part is None]
    expect(
        not cut,
        "no_gradient",
        Message(
            "The values are right, but no gradient reaches {cut}: nothing could be learned there. "
            "forward has no torch.no_grad(), detach() or numpy() in it.",
            cut=", ".join(cut),
        ),
    )


#: How many fresh networks are looked at, and how large their Q-values may be on average.
FRESH, LARGEST = 6, 3.0


def _expect_small_at_first(student: Student, random: np.random.Generator) -> None:
    x = observations(random, 64)
    values = np.array([_new_network(student, 3)(Tensor(x)) for _ in range(FRESH)])
    size = float(np.sqrt(np.mean(np.square(values))))
    expect(
        size < LARGEST,
        "large_at_first",
        Message(
            "Q-values of new networks are about {size:.1f} in size (root mean square). The "
            "rewards are about 0.01, and it takes long to unlearn large values: keep the weights "
            "and biases of layer3 small at the start.",
            size=size,
        ),
    )


def _new_network(student: Student, n_actions: int) -> StudentObject:
    network = student.call("DQN", 4, n_actions)
    if not isinstance(network, StudentObject):
        raise CheckFailed(
            "no_network", "DQN(...) should make a network: does the class still inherit nn.Module?"
        )
    return network
