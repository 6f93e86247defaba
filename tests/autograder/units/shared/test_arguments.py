"""Arguments of a call come back as they were, and if not, it shows."""

import numpy as np
import pytest
import torch

from autograder.checks.expect import CheckFailed
from autograder.units.shared.arguments import Arguments
from autograder.units.shared.replay import numbered
from autograder.worker.interface import Tensor
from autograder.worker.local import LocalStudent


def looks(*values):
    """Computes with its arguments, and leaves them alone."""
    for value in values:
        value[0] + 1


def writes(*values):
    last = values[-1]
    (last.reward if hasattr(last, "reward") else last)[0] += 1


@pytest.mark.parametrize(
    "values",
    [
        (np.zeros(3),),
        (Tensor(np.zeros((2, 4), np.float32)),),
        (np.zeros(3), Tensor(np.zeros(3, np.float32))),
        (numbered(np.random.default_rng(1), 0, 3),),
    ],
    ids=["array", "tensor", "the second of two", "transition"],
)
def test_a_call_that_writes_into_an_argument_is_seen(values):
    student = LocalStudent({"looks": looks, "writes": writes, "torch": torch}, "torch")
    arguments = Arguments(student, *values)

    student.call("looks", *arguments.given)
    arguments.expect_unchanged("changed", "It was changed.")
    student.call("writes", *arguments.given)

    with pytest.raises(CheckFailed, match="It was changed"):
        arguments.expect_unchanged("changed", "It was changed.")


def test_what_a_network_writes_is_not_charged_to_who_calls_it():
    class Net(torch.nn.Module):
        def forward(self, x):
            return x.add_(1)

    def calls(net, x, number):
        return net(x)

    def writes_itself(net, x, number):
        number += 1

    namespace = {"Net": Net, "calls": calls, "writes_itself": writes_itself}
    namespace["Identity"] = torch.nn.Identity
    student = LocalStudent(namespace, "torch")
    net, x = student.call("Net"), Tensor(np.zeros((2, 4), np.float32))

    arguments = Arguments(student, x, np.zeros(2))
    student.call("calls", net, *arguments.given)
    arguments.expect_unchanged("changed", "It was changed.", net)

    other = Arguments(student, x, np.zeros(2))
    student.call("writes_itself", student.call("Identity"), *other.given)
    with pytest.raises(CheckFailed, match="It was changed"):
        other.expect_unchanged("changed", "It was changed.", student.call("Identity"))
