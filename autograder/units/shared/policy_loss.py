"""The loss of REINFORCE: `policy_loss(log_probs, returns)`."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import (
    KnownMistake,
    expect,
    expect_close,
    expect_shape,
    single_number,
)
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.examples.policy_gradient import POLICY_LOSS
from autograder.units.shared.tensors import with_gradient
from autograder.worker.interface import Student, Tensor

SIGN = "The sign is flipped: put a minus in front of the sum."


class PolicyLossTask(Task):
    """`policy_loss(log_probs, returns)`: minus their product, summed or averaged; (steps,) each."""

    requires = ("policy_loss",)
    examples = (POLICY_LOSS,)

    @check(points=0, blocking=True)
    def a_single_number(self, student: Student, random: np.random.Generator) -> None:
        log_probs, returns = _steps(random)
        # As in a training, the log-probabilities come from a network.
        loss = student.call("policy_loss", with_gradient(student, log_probs), Tensor(returns))
        expect_tensor(loss)
        expect_shape(
            single_number(loss),
            (),
            "not_a_number",
            "The loss is one number for all steps together: take the sum (or the mean).",
        )

    @check(points=1)
    def value(self, student: Student, random: np.random.Generator) -> None:
        log_probs, returns = _steps(random)
        # The second time with the signs flipped: the loss should flip as well.
        losses = [_loss(student, log_probs, sign * returns) for sign in (1, -1)]
        right = np.array([-1, 1]) * (log_probs * returns).sum()
        expect(
            not np.isnan(losses).any(),
            "log_twice",
            "The loss is nan, like the logarithm of a negative number. log_probs are logarithms "
            "already: do not take log again.",
        )
        expect_product_only(losses, right, len(returns))
        if np.allclose(losses, right / len(returns), rtol=1e-3):
            return  # the mean learns like the sum, with another learning rate
        if np.allclose(losses, right, rtol=1e-3, atol=1e-3):
            return
        known = [_wrong_losses(log_probs, sign * returns) for sign in (1, -1)]
        for first, second in zip(*known, strict=True):
            expect(
                not np.allclose(losses, [first.values, second.values], rtol=1e-3),
                first.mistake,
                first.message,
            )
        _expect_small_cases(student)
        expect_close(
            losses[0],
            right[0],
            "wrong_loss",
            "The loss should be the sum (or mean) over the steps of minus return times "
            "log-probability.",
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


def expect_product_only(losses: list[float], right: np.ndarray, steps: int) -> None:
    """Raise CheckFailed for a loss with a part that does not depend on the returns.

    losses, right: for some returns, and for the same with their signs flipped; right: as sums.
    """
    part = (losses[0] + losses[1]) / 2
    flipped = losses[0] - losses[1]
    expect(
        abs(part) < 1e-5 + 1e-4 * max(map(abs, losses))
        or not np.isclose(flipped, [right[0] - right[1], (right[0] - right[1]) / steps]).any(),
        "something_added",
        Message(
            "The product is right, but {part:.3g} is added to it, also where the product has the "
            "other sign: is there an entropy term, or another one? The formula has none.",
            part=part,
        ),
    )


def _loss(student: Student, log_probs: np.ndarray, returns: np.ndarray) -> float:
    """What the student's function answers. Raises CheckFailed if it changes its arguments."""
    kept = student.put(with_gradient(student, log_probs)), student.put(Tensor(returns))
    loss = single_number(student.call("policy_loss", *kept))
    for item, before in zip(kept, (log_probs, returns), strict=True):
        expect(
            np.array_equal(np.asarray(student.fetch(item)), before),
            "arguments_changed",
            "Your function changes the tensors it was given (*= and -= do). Compute new ones.",
        )
    return float(expect_shape(loss, (), "not_a_number", "The loss is one number."))


def _expect_small_cases(student: Student) -> None:
    """Raise CheckFailed for the smallest case that goes wrong: it can be followed by hand."""
    for steps in (1, 2, 3):
        log_probs = np.array([-0.5, -1.0, -0.25], np.float32)[:steps]
        returns = np.array([2.0, -3.0, 1.0], np.float32)[:steps]
        loss = _loss(student, log_probs, returns)
        total = -float((log_probs * returns).sum())
        expect(
            bool(np.isclose(loss, [total, total / steps], rtol=1e-3).any()),
            "wrong_loss",
            Message(
                "For log_probs = {log_probs} and returns = {returns} the loss should be "
                "{total:.4g} (the sum) or {mean:.4g} (the mean); yours is {loss:.4g}. Add up over "
                "the steps minus return times log-probability. Compute it on paper and compare.",
                log_probs=log_probs.tolist(),
                returns=returns.tolist(),
                total=total,
                mean=total / steps,
                loss=loss,
            ),
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
            "sign_lost",
            np.abs(log_probs * returns).sum(),
            "Each step counts with the size of its return: the sign is lost (abs?). A return below "
            "0 must pull the other way, and the loss may be negative.",
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
            "Each log-probability is multiplied by each return: you multiply two sums (or a column "
            "of shape (n, 1) meets a row). Multiply step by step first, then add up.",
        ),
        KnownMistake(
            "product_of_sums",
            -log_probs.sum() * returns.mean(),
            "Each log-probability is multiplied by each return: you multiply two means (or a "
            "column of shape (n, 1) meets a row). Multiply step by step first, then add up.",
        ),
        *_incomplete(log_probs, returns),
    )
    means = (item._replace(values=item.values / len(returns)) for item in wrong)
    return (*wrong, *means)


def _incomplete(log_probs: np.ndarray, returns: np.ndarray) -> tuple[KnownMistake, ...]:
    """Sums of other products than those of the steps."""
    right = -(log_probs * returns).sum()
    shifted = (log_probs[:-1] * returns[1:], log_probs[1:] * returns[:-1])
    return (
        KnownMistake(
            "absolute_value",
            np.abs(right),
            "The right number, but always positive. A loss may be negative: where it is, abs turns "
            "the gradient around, and the policy learns the opposite.",
        ),
        KnownMistake(
            "squared_error",
            ((log_probs - returns) ** 2).sum(),
            "That is the squared difference of log-probabilities and returns. The policy is not to "
            "predict the returns: multiply, minus return times log-probability.",
        ),
        KnownMistake(
            "only_the_first_step",
            -log_probs[0] * returns[0],
            "Only the first step counts. Is the return inside the loop?",
        ),
        *(
            KnownMistake(
                "discounted_again",
                -(gamma ** np.arange(len(returns)) * returns * log_probs).sum(),
                Message(
                    "Later steps count less, by {gamma} for each step. The returns are discounted "
                    "already, and the steps come from many episodes: all count the same.",
                    gamma=gamma,
                ),
            )
            for gamma in (0.99, 0.95, 0.9)
        ),
        KnownMistake(
            "positive_returns_only",
            -(np.maximum(returns, 0) * log_probs).sum(),
            "Steps with a negative return are left out. They count as well: their actions should "
            "become less likely.",
        ),
        *(
            KnownMistake(
                "shifted_by_one",
                -products.sum() * factor,
                "The log-probabilities are multiplied by the returns of a neighbouring step. Both "
                "are in the same order: the same row belongs together.",
            )
            for products in shifted
            for factor in (1, len(returns) / (len(returns) - 1))
        ),
        KnownMistake(
            "one_return_for_all",
            -log_probs.sum() * returns[0],
            "All log-probabilities are multiplied by the first return. Each step has its own.",
        ),
    )


def _steps(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities and returns of a few steps, both (6,) float32."""
    log_probs = np.log(random.uniform(0.1, 0.9, size=6)).astype(np.float32)
    returns = random.normal(size=6).astype(np.float32)
    return log_probs, returns
