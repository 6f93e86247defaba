"""Tensors that go in and out: with a gradient as in a training, and tensors as results."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import expect
from autograder.messages import Message
from autograder.worker.interface import Scaled, Student, StudentObject


def expect_tensor(result: StudentObject, what: str) -> None:
    """Raise CheckFailed for a list or an array; what: the result in words (`the returns`)."""
    expect(
        result.kind not in ("list", "tuple", "deque", "ndarray"),
        "not_a_tensor",
        Message(
            "{what} should be a tensor, not a {kind}. Return PyTorch's own tensors as they are, or "
            "make one with torch.as_tensor(...).",
            what=what,
            kind=result.kind,
        ),
    )


def with_gradient(student: Student, numbers: np.ndarray) -> Scaled:
    """The numbers as a tensor that was computed from a network's parameters."""
    network = student.network([(np.zeros((1, 1), np.float32), np.ones(1, np.float32))])
    # The sum of the squared parameters is 1.
    return Scaled(student.linear(network, [network.parameters()]), numbers)
