"""What a network's softmax must give: for each row numbers that are probabilities."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import expect
from autograder.messages import Message


def expect_probabilities(output: np.ndarray, head: str) -> None:
    """Raise CheckFailed unless each row is a distribution; (batch, n_actions).

    head: the name of the layer before the softmax, for messages.
    """
    expect(
        not np.allclose(output.sum(axis=0), 1, atol=1e-4),
        "softmax_over_the_batch",
        "The columns sum to one, the rows do not: the softmax runs over the batch (dim=0). Each "
        "observation needs its own probabilities: dim=-1.",
    )
    expect(
        not np.allclose(np.exp(output).sum(axis=1), 1, atol=1e-4),
        "log_softmax",
        "These are logarithms of probabilities: use softmax, not log_softmax.",
    )
    expect(
        not np.isclose(output.sum(), 1, atol=1e-4),
        "sum_over_everything",
        "All numbers of the batch together sum to one, but each row should: sum over the last "
        "dimension only, dim=-1 (with keepdim=True if you divide by the sum yourself).",
    )
    expect(
        bool(np.all(output >= 0) and np.allclose(output.sum(axis=1), 1, atol=1e-4)),
        "no_softmax",
        Message(
            "The numbers of a row should be probabilities: not negative, with sum one. Is there a "
            "softmax over the last dimension after {head}?",
            head=head,
        ),
    )


def expect_different(output: np.ndarray) -> None:
    """Raise CheckFailed if all observations get the same answer; (batch, ...)."""
    expect(
        not np.allclose(output, output[:1], rtol=1e-6, atol=1e-7),
        "same_for_all",
        "All observations get the same answer, whatever the weights are. Begin with the first "
        "layer's answer to x, and give each layer what the one before it has answered.",
    )


def expect_finite(*outputs: np.ndarray) -> None:
    """Raise CheckFailed unless every number is finite."""
    expect(
        all(bool(np.all(np.isfinite(output))) for output in outputs),
        "softmax_overflows",
        "With large weights you get nan or inf, because exp overflows. Use F.softmax: it is safe, "
        "a formula of your own is not.",
    )
