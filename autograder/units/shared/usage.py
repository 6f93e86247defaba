"""Which parameters of a student's network are used, and which get a gradient."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import expect
from autograder.messages import Message
from autograder.units.shared.networks import WIDTH
from autograder.worker.interface import Student, StudentObject, Tensor


def trained_by(
    student: Student, network: StudentObject, x: np.ndarray, output: int | None = None
) -> set[str]:
    """The parameters that get a gradient from the network's answer to x, (batch, inputs).

    output: which answer, if there are several. A gradient of zeros beside others is none: the
    weights of two heads may be put together for a single product and taken apart afterwards.
    """
    kept = student.put(Tensor(x))  # as in a training, the observations have no gradient
    answer = network(Tensor(x))
    shape = np.shape(answer if output is None else answer[output])
    # Unequal weights: the plain sum of probabilities is always 1, its gradient only rounding.
    weights = np.cos(np.arange(1.0, np.prod(shape) + 1)).reshape(shape).astype(np.float32)
    found = student.gradients(network, kept, network=network, output=output, weights=weights)
    reached = {name: array for name, array in found.parameters.items() if array is not None}
    return {name for name, array in reached.items() if np.any(array)} or set(reached)


def expect_all_trained(
    student: Student, network: StudentObject, x: np.ndarray, trained: set[str]
) -> None:
    """Raise CheckFailed unless every parameter is among those that get a gradient."""
    parameters = network.parameters()
    missing = [name for name in parameters if name not in trained]
    if not missing:
        return
    before = _flat(network(Tensor(x)))
    network.set_parameters({name: parameters[name] + np.float32(1) for name in missing})
    after = _flat(network(Tensor(x)))
    network.set_parameters(parameters)
    names = ", ".join(missing)
    expect(
        np.array_equal(before, after),
        "no_gradient",
        Message(
            "These parameters get no gradient and would never learn: {names}. Something in forward "
            "cuts the graph: .detach(), torch.no_grad(), .item() or numpy().",
            names=names,
        ),
    )
    expect(
        False,
        "layer_not_used",
        Message("These parameters are not used in forward: {names}.", names=names),
    )


def expect_first_layer(network: StudentObject) -> None:
    """Raise CheckFailed unless some parameter belongs to a layer that takes observations."""
    parameters = network.parameters()
    expect(
        any(array.ndim == 2 and WIDTH in array.shape for array in parameters.values()),
        "layer_not_found",
        Message(
            "None of your network's parameters belongs to a layer that takes the 4 numbers of an "
            "observation. Found: {names}. A layer in a plain list, or one that is made inside "
            "forward, is not found and never learns: make it an attribute in __init__, self.hidden "
            "= ... (or use nn.ModuleList).",
            names=", ".join(f"{name} {array.shape}" for name, array in parameters.items()),
        ),
    )


def expect_steady(network: StudentObject, x: np.ndarray) -> None:
    """Raise CheckFailed if the same observations get other answers at a second call."""
    expect(
        np.array_equal(_flat(network(Tensor(x))), _flat(network(Tensor(x)))),
        "random_answers",
        "The same observations get other answers at a second call: something in forward is drawn "
        "at random, like dropout or gumbel_softmax. The network only computes; the action is drawn "
        "later, from its probabilities.",
    )


def _flat(answer: object) -> np.ndarray:
    """All numbers of one or several answers."""
    parts = answer if isinstance(answer, list) else [answer]
    return np.concatenate([np.ravel(np.asarray(part)) for part in parts])
