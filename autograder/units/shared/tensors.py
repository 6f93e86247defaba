"""Results that the agent goes on computing with must be tensors."""

from __future__ import annotations

from autograder.checks.expect import expect
from autograder.messages import Message
from autograder.worker.interface import StudentObject


def expect_tensor(result: StudentObject, what: str) -> None:
    """Raise CheckFailed for a list or an array; what: the result in words (`the returns`)."""
    expect(
        result.kind not in ("list", "tuple", "deque", "ndarray"),
        "not_a_tensor",
        Message(
            "{what} should be a tensor, not a {kind}: the agent goes on computing with them in "
            "PyTorch. torch.as_tensor(..., dtype=torch.float32) makes one.",
            what=what,
            kind=result.kind,
        ),
    )
