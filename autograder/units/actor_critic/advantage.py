"""The advantage of actor_critic: how much better a step went than the critic expected."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close
from autograder.checks.task import Task, check
from autograder.worker.interface import Student, Tensor


class AdvantageTask(Task):
    """`advantage(returns, values)`: return minus value, without a gradient; (steps,) each."""

    requires = ("advantage",)

    @check(points=1, blocking=True)
    def return_minus_value(self, student: Student, random: np.random.Generator) -> None:
        for dtype in (np.float32, np.float64):
            returns, values = random.normal(size=(2, 6)).astype(dtype)
            expect_close(
                student.call("advantage", Tensor(returns), Tensor(values)),
                returns - values,
                "wrong_advantage",
                "The advantage of each step is its return minus its value: six returns and six "
                "values give six advantages.",
                known_mistakes=_wrong_advantages(returns, values),
            )

    @check(points=1)
    def no_gradient_through_the_value(self, student: Student, random: np.random.Generator) -> None:
        returns, values = random.normal(size=(2, 6)).astype(np.float32)
        expect(
            not leaks(student, returns, values),
            "value_not_detached",
            "The numbers are right, but a gradient flows through the value: the actor's loss "
            "would train the critic. Use values.detach().",
        )


def leaks(student: Student, returns: np.ndarray, values: np.ndarray) -> bool:
    """Whether the student's advantage lets a gradient through the values."""
    # Kept there, the returns are not differentiated: a right answer may call `returns.numpy()`.
    kept = student.put(Tensor(returns))
    slope = student.gradients("advantage", kept, Tensor(values)).arguments[0]
    return slope is not None and bool(np.any(slope != 0))


def _wrong_advantages(returns: np.ndarray, values: np.ndarray) -> tuple[KnownMistake, ...]:
    """What typical mistakes return; both arguments (steps,)."""
    right = returns - values
    return (
        KnownMistake(
            "sign_flipped",
            -right,
            "The sign is flipped. A step that went better than the critic expected has a positive "
            "advantage, so it is return minus value.",
        ),
        KnownMistake(
            "values_ignored",
            returns,
            "These are the returns: the critic's values are not subtracted.",
        ),
        KnownMistake(
            "distance_instead_of_difference",
            np.abs(right),
            "These are absolute differences. The sign says whether it went better or worse: keep "
            "it.",
        ),
        KnownMistake(
            "distance_instead_of_difference",
            right**2,
            "These are squared differences, as in a loss. The advantage is the difference itself, "
            "with its sign.",
        ),
    )
