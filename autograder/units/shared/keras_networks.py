"""Keras networks of the checks, and the slow methods that no loop should call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.messages import Message
from autograder.units.shared.q_networks import Layers
from autograder.worker.interface import Student, StudentError, StudentObject


def masked_network(student: Student, layers: Layers) -> StudentObject:
    """A network that is called with observations and a mask."""
    return student.network(layers, masked=True)


def ones(rows: int, n_actions: int) -> np.ndarray:
    """A mask that lets all Q-values through, (rows, n_actions)."""
    return np.ones((rows, n_actions), np.float32)


def expect_small(values: object, largest: float) -> None:
    """The first Q-values of new networks, for observations drawn from a normal distribution.

    largest: their root mean square.
    """
    size = float(np.sqrt(np.mean(np.square(np.asarray(values, np.float64)))))
    expect(
        size <= largest,
        "large_first_values",
        Message(
            "The Q-values of a new network should be near 0; those of yours have a size of about "
            "{size:.2g}. It takes long to unlearn them. Leave the weights as Keras draws them.",
            size=size,
        ),
    )


@contextmanager
def without(
    net: StudentObject, methods: Sequence[str], mistake: str, message: str
) -> Iterator[None]:
    """Take methods away from a network while the student's code is called with it.

    Raises CheckFailed with this mistake and message where the code calls one of them.
    """
    for method in methods:
        net.set(method, None)
    try:
        yield
    except StudentError as error:
        if "NoneType" not in error.message:
            raise
        raise CheckFailed(mistake, message) from None
