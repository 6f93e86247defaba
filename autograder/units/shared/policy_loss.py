"""The loss of REINFORCE: `policy_loss(log_probs, returns)`."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.units.shared.examples.policy_gradient import POLICY_LOSS
from autograder.worker.interface import Student, Tensor

SIGN = "The sign is flipped: put a minus in front of the sum."


class PolicyLossTask(Task):
    """`policy_loss(log_probs, returns)`: minus their product, summed or averaged; (steps,) each."""

    requires = ("policy_loss",)
    examples = (POLICY_LOSS,)

    @check(points=0, blocking=True)
    def a_single_number(self, student: Student, random: np.random.Generator) -> None:
        log_probs, returns = _steps(random)
        loss = student.call("policy_loss", Tensor(log_probs), Tensor(returns))
        expect_tensor(loss)
        expect_shape(
            loss,
            (),
            "not_a_number",
            "The loss is one number for all steps together: take the sum (or the mean).",
        )

    @check(points=1)
    def value(self, student: Student, random: np.random.Generator) -> None:
        log_probs, returns = _steps(random)
        kept = student.put(Tensor(log_probs)), student.put(Tensor(returns))
        loss = student.call("policy_loss", *kept)
        for item, before in zip(kept, (log_probs, returns), strict=True):
            expect(
                np.array_equal(np.asarray(student.fetch(item)), before),
                "arguments_changed",
                "Your function changes the tensors it was given (*= and -= do). Compute new ones.",
            )
        right = -(log_probs * returns).sum()
        if np.allclose(loss, right / len(returns), rtol=1e-3):
            return  # the mean learns like the sum, with another learning rate
        expect(
            not np.isnan(loss),
            "log_twice",
            "The loss is nan, like the logarithm of a negative number. log_probs are logarithms "
            "already: do not take log again.",
        )
        expect_close(
            loss,
            right,
            "wrong_loss",
            "The loss should be the sum (or mean) over the steps of minus return times "
            "log-probability.",
            known_mistakes=_wrong_losses(log_probs, returns),
            tolerance=1e-3,
        )

    @check(points=1, needs=("value",))
    def gradient_reaches_the_policy(self, student: Student, random: np.random.Generator) -> None:
        log_probs, returns = _steps(random)
        # In a training only the log-probabilities have a gradient: the returns are kept there.
        kept = student.put(Tensor(returns))
        found = student.gradients("policy_loss", Tensor(log_probs), kept)
        gradient = found.arguments[0]
        expect(
            gradient is not None,
            "graph_cut",
            "The loss no longer depends on the log-probabilities: .item(), .detach(), float(...) "
            "or a new torch.tensor(...) cut the graph. Compute with the tensors themselves.",
        )
        assert gradient is not None
        right = -returns
        if not np.allclose(gradient, right / len(right), rtol=1e-3, atol=1e-5):
            expect_close(
                gradient,
                right,
                "wrong_gradient",
                "The derivative of the loss by a step's log-probability should be minus its "
                "return.",
                known_mistakes=(
                    KnownMistake("sign_flipped", -right, SIGN),
                    KnownMistake("sign_flipped", -right / len(right), SIGN),
                ),
                tolerance=1e-3,
            )


def expect_tensor(loss: object) -> None:
    """Raise CheckFailed for a loss that is a plain number, from which nothing can be learned."""
    expect(
        not isinstance(loss, (int, float)),
        "plain_number",
        "The loss is a plain number, no tensor: .item() or float(...) cut the graph, and nothing "
        "could be learned from it. Compute with the tensors themselves.",
    )


def _wrong_losses(log_probs: np.ndarray, returns: np.ndarray) -> tuple[KnownMistake, ...]:
    """What typical mistakes return, as sums and as means; both arguments (steps,)."""
    wrong = (
        KnownMistake(
            "sign_flipped",
            (log_probs * returns).sum(),
            "The sign is flipped: an optimizer makes the loss small, and you want return times "
            "log-probability to become large. Put a minus in front.",
        ),
        KnownMistake(
            "probability_instead_of_log",
            -(np.exp(log_probs) * returns).sum(),
            "You use the probability itself. The formula has its logarithm, and log_probs are "
            "logarithms already: no exp, no softmax.",
        ),
        KnownMistake(
            "log_twice",
            -(np.log(-log_probs) * returns).sum(),
            "You take the logarithm once more: log_probs are logarithms already.",
        ),
        KnownMistake(
            "normalised_again",
            -(log_probs * (returns - returns.mean()) / returns.std()).sum(),
            "The returns are normalised again in the loss. They come normalised already: use them "
            "as they are.",
        ),
        KnownMistake(
            "normalised_again",
            -(log_probs * (returns - returns.mean()) / returns.std(ddof=1)).sum(),
            "The returns are normalised again in the loss. They come normalised already: use them "
            "as they are.",
        ),
        KnownMistake(
            "returns_ignored",
            -log_probs.sum(),
            "The returns are missing. Each step's log-probability is multiplied by its return, so "
            "that good actions become more likely.",
        ),
        KnownMistake(
            "product_of_sums",
            -log_probs.sum() * returns.sum(),
            "You multiply two sums. Multiply step by step first, then add up.",
        ),
    )
    means = (item._replace(values=item.values / len(returns)) for item in wrong)
    return (*wrong, *means)


def _steps(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities and returns of a few steps, both (6,) float32."""
    log_probs = np.log(random.uniform(0.1, 0.9, size=6)).astype(np.float32)
    returns = random.normal(size=6).astype(np.float32)
    return log_probs, returns
