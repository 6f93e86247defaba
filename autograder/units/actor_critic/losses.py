"""The two losses of actor_critic, against hand-computed cases."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograder.checks.expect import (
    CheckFailed,
    KnownMistake,
    expect,
    expect_close,
    expect_shape,
    single_number,
)
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.distinct import all_distinct
from autograder.units.shared.examples.policy_gradient import ACTOR_CRITIC_LOSSES
from autograder.units.shared.policy_loss import expect_product_only, expect_tensor
from autograder.worker.interface import Student, Tensor

#: Steps in a check.
STEPS = 8
#: How far losses are apart that are told apart, beyond what is tolerated.
APART = 0.01


class Steps(NamedTuple):
    """What `losses` is given, (steps,) float32 each."""

    log_probs: np.ndarray
    advantages: np.ndarray
    values: np.ndarray
    returns: np.ndarray

    @classmethod
    def draw(cls, random: np.random.Generator) -> Steps:
        """Some errors of the values are below 1, some above; each known mistake shows."""
        while True:
            log_probs = np.log(random.uniform(0.1, 0.9, size=STEPS)).astype(np.float32)
            returns = random.normal(size=STEPS).astype(np.float32)
            errors = random.uniform(0.2, 0.8, size=STEPS) * random.choice([-1, 1], size=STEPS)
            errors[: STEPS // 2] *= 6
            values = (returns + errors).astype(np.float32)
            steps = cls(log_probs, returns - values, values, returns)
            if all_distinct(steps.policy_loss, _wrong_policy_losses(steps), APART) and all_distinct(
                steps.value_loss, _wrong_value_losses(steps), APART
            ):
                return steps

    @property
    def policy_loss(self) -> np.ndarray:
        """The mean of minus advantage times log-probability."""
        return -np.mean(self.advantages * self.log_probs)

    @property
    def value_loss(self) -> np.ndarray:
        """The mean smooth L1 loss of the values."""
        return smooth_l1(self.values - self.returns).mean()


class LossesTask(Task):
    """`losses(log_probs, advantages, values, returns)`: the policy's loss and the critic's."""

    requires = ("losses",)
    examples = (ACTOR_CRITIC_LOSSES,)

    @check(points=0, blocking=True)
    def two_single_numbers(self, student: Student, random: np.random.Generator) -> None:
        for loss in _losses(student, Steps.draw(random)):
            expect_tensor(loss)
            expect_shape(
                loss,
                (),
                "not_a_number",
                "Each loss is one number for all steps together: take the mean.",
            )

    @check(points=1)
    def loss_of_the_policy(self, student: Student, random: np.random.Generator) -> None:
        steps = Steps.draw(random)
        kept = [student.put(Tensor(item)) for item in steps]
        loss, _ = _both(student.call("losses", *kept))
        _expect_nothing_added(student, steps, loss)
        for item, before in zip(kept, steps, strict=True):
            expect(
                np.array_equal(np.asarray(student.fetch(item)), before),
                "arguments_changed",
                "Your function changes the tensors it was given (*= and -= do). Compute new ones.",
            )
        _expect_mean_or_sum(
            loss,
            steps.policy_loss,
            "wrong_policy_loss",
            "The policy's loss should be the mean over the steps of minus advantage times "
            "log-probability.",
            _wrong_policy_losses(steps),
        )

    @check(points=1)
    def loss_of_the_critic(self, student: Student, random: np.random.Generator) -> None:
        steps = Steps.draw(random)
        policy, loss = _losses(student, steps)
        _expect_mean_or_sum(
            loss,
            steps.value_loss,
            "wrong_value_loss",
            "The critic's loss should be F.smooth_l1_loss(values, returns).",
            _wrong_value_losses(steps),
        )
        _expect_alike(policy, loss, steps)

    @check(points=2, needs=("loss_of_the_policy", "loss_of_the_critic"))
    def gradients_go_where_they_should(self, student: Student, random: np.random.Generator) -> None:
        steps = Steps.draw(random)
        of_policy, of_critic = Slopes.of(student, 0, steps), Slopes.of(student, 1, steps)
        _expect_own_gradients_only(of_policy, of_critic)
        _expect_mean_or_sum(
            of_policy.log_probs,
            -steps.advantages / STEPS,
            "wrong_policy_gradient",
            "The derivative of the policy's loss by a step's log-probability should be minus its "
            "advantage (divided by the number of steps).",
        )
        _expect_mean_or_sum(
            of_critic.values,
            np.clip(steps.values - steps.returns, -1, 1) / STEPS,
            "wrong_value_gradient",
            "The derivative of the critic's loss by a value should be its error, at most 1: take "
            "F.smooth_l1_loss(values, returns).",
        )


def smooth_l1(errors: np.ndarray) -> np.ndarray:
    """Quadratic for errors below 1, linear beyond; Huber (1964)."""
    size = np.abs(errors)
    return np.where(size < 1, errors**2 / 2, size - 0.5)


class Slopes(NamedTuple):
    """The derivatives of a loss by what carries a gradient in a training; 0 where there is none."""

    log_probs: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, student: Student, output: int, steps: Steps) -> Slopes:
        """Of one of the student's two losses."""
        log_probs, advantages, values, returns = map(Tensor, steps)
        arguments = log_probs, student.put(advantages), values, student.put(returns)
        found = student.gradients("losses", *arguments, output=output).arguments
        return cls(*(np.zeros(STEPS) if slope is None else slope for slope in found))


def _losses(student: Student, steps: Steps) -> list[Any]:
    return _both(student.call("losses", *map(Tensor, steps)))


def _both(found: Any) -> list[Any]:
    if isinstance(found, np.ndarray) and found.shape[:1] == (2,):  # stacked, but two all the same
        found = [np.asarray(loss) for loss in found]
    expect(
        isinstance(found, list) and len(found) == 2,
        "not_two_losses",
        "losses should return two things: return policy_loss, value_loss.",
    )
    return [single_number(loss) for loss in found]


def _expect_mean_or_sum(
    found: object,
    mean: np.ndarray,
    mistake: str,
    message: str,
    known_mistakes: tuple[KnownMistake, ...] = (),
) -> None:
    """Expect this mean over the steps, or the sum: it learns alike, with another learning rate."""
    if isinstance(found, np.ndarray) and np.allclose(found, mean * STEPS, rtol=1e-3, atol=1e-5):
        return
    sums = (item._replace(values=item.values * STEPS) for item in known_mistakes)
    expect_close(
        found, mean, mistake, message, known_mistakes=(*known_mistakes, *sums), tolerance=1e-3
    )


def _expect_nothing_added(student: Student, steps: Steps, loss: object) -> None:
    """Raise CheckFailed for a policy's loss with a part that does not depend on the advantages."""
    if (
        isinstance(loss, np.ndarray)
        and np.isclose(loss, steps.policy_loss * np.array([1, STEPS])).any()
    ):
        return
    flipped, _ = _losses(student, steps._replace(advantages=-steps.advantages))
    if not isinstance(loss, np.ndarray) or not isinstance(flipped, np.ndarray):
        return
    if loss.shape == flipped.shape == ():
        right = STEPS * np.array([steps.policy_loss, -steps.policy_loss])
        expect_product_only([float(loss), float(flipped)], right, STEPS)


def _expect_alike(policy: object, critic: object, steps: Steps) -> None:
    """Raise CheckFailed if one of two right losses is a mean and the other a sum."""
    ratios = [
        float(loss / mean) if isinstance(loss, np.ndarray) and loss.shape == () else np.nan
        for loss, mean in ((policy, steps.policy_loss), (critic, steps.value_loss))
    ]
    sums = [bool(np.isclose(ratio, STEPS, rtol=1e-3)) for ratio in ratios]
    means = [bool(np.isclose(ratio, 1, rtol=1e-3)) for ratio in ratios]
    if sums != means[::-1] or sum(sums) != 1:
        return
    raise CheckFailed(
        "mean_and_sum_mixed",
        Message(
            "One loss is a mean, the other a sum. With thousands of steps only {larger} would "
            "count. Take two means (or two sums).",
            larger="the policy's" if sums[0] else "the critic's",
        ),
    )


def _expect_own_gradients_only(of_policy: Slopes, of_critic: Slopes) -> None:
    """Each loss has a gradient for its own head, and none for the other's."""
    expect(
        bool(np.any(of_policy.log_probs != 0)),
        "policy_graph_cut",
        "The policy's loss no longer depends on the log-probabilities: .item(), .detach() or a "
        "new torch.tensor(...) cut the graph, and the policy would never learn.",
    )
    expect(
        bool(np.any(of_critic.values != 0)),
        "critic_graph_cut",
        "The critic's loss no longer depends on the values, and the critic would never learn: "
        ".item(), .detach() or a new torch.tensor(...) cut the graph, or the loss was computed "
        "from the advantages, which carry no gradient. Compute it from values and returns.",
    )
    expect(
        not np.any(of_policy.values != 0),
        "policy_teaches_the_critic",
        "The policy's loss has a gradient for the values. Use the advantages you are given. If "
        "you compute them again, the values must be detached.",
    )
    expect(
        not np.any(of_critic.log_probs != 0),
        "critic_teaches_the_policy",
        "The critic's loss has a gradient for the log-probabilities. It should depend on values "
        "and returns only.",
    )


def _wrong_policy_losses(steps: Steps) -> tuple[KnownMistake, ...]:
    """What typical mistakes return first."""
    log_probs, advantages, values, returns = steps
    return (
        KnownMistake(
            "sign_flipped",
            -steps.policy_loss,
            "The sign is flipped: an optimizer makes the loss small, and you want advantage times "
            "log-probability to become large. Put a minus in front.",
        ),
        *(
            KnownMistake(
                "normalised_again",
                -np.mean((advantages - advantages.mean()) / deviation * log_probs),
                "The advantages are normalised in the loss. Use them as they are.",
            )
            for deviation in (advantages.std(), advantages.std(ddof=1))
        ),
        KnownMistake(
            "returns_instead_of_advantages",
            -np.mean(returns * log_probs),
            "That is REINFORCE without a critic. Multiply the log-probabilities by the "
            "advantages, not by the returns.",
        ),
        KnownMistake(
            "values_instead_of_advantages",
            -np.mean(values * log_probs),
            "The log-probabilities are multiplied by the values. It should be the advantages.",
        ),
        KnownMistake(
            "probability_instead_of_log",
            -np.mean(advantages * np.exp(log_probs)),
            "log_probs are logarithms already, and the formula has the logarithms: no exp.",
        ),
        KnownMistake(
            "advantages_ignored",
            -np.mean(log_probs),
            "The advantages are missing: each step's log-probability is multiplied by its own.",
        ),
        KnownMistake(
            "product_of_means",
            -np.mean(advantages) * np.mean(log_probs),
            "You multiply two means (or all pairs). Multiply step by step first, then take the "
            "mean: each action has its own advantage.",
        ),
        KnownMistake(
            "losses_swapped",
            steps.value_loss,
            "That is the critic's loss. The policy's comes first: return policy_loss, value_loss.",
        ),
    )


def _wrong_value_losses(steps: Steps) -> tuple[KnownMistake, ...]:
    """What typical mistakes return second."""
    _, advantages, values, returns = steps
    errors = values - returns
    return (
        KnownMistake(
            "losses_swapped",
            steps.policy_loss,
            "That is the policy's loss. The critic's comes second: return policy_loss, value_loss.",
        ),
        KnownMistake(
            "losses_added",
            steps.policy_loss + steps.value_loss,
            "That is the sum of both losses. Return them apart: the agent adds them itself.",
        ),
        KnownMistake(
            "squared_error",
            np.mean(errors**2),
            "That is the mean squared error. A few extreme returns would dominate it: take "
            "F.smooth_l1_loss.",
        ),
        KnownMistake(
            "squared_error",
            np.mean(errors**2) / 2,
            "That is half the squared error, also for errors above 1: take F.smooth_l1_loss.",
        ),
        KnownMistake(
            "absolute_error",
            np.mean(np.abs(errors)),
            "That is the mean absolute error. F.smooth_l1_loss is quadratic near zero.",
        ),
        *_other_huber_losses(errors),
        KnownMistake(
            "every_pair",
            smooth_l1(values[:, None] - returns).mean(),
            "Each value is compared with each return: a column of shape (n, 1) meets a row of "
            "shape (n,). Give both the same shape.",
        ),
        KnownMistake(
            "values_against_advantages",
            smooth_l1(values - advantages).mean(),
            "You compare the values with the advantages. The critic should predict the returns.",
        ),
        KnownMistake(
            "advantages_against_returns",
            smooth_l1(advantages - returns).mean(),
            "You compare the advantages with the returns: the values are missing.",
        ),
        KnownMistake(
            "sign_flipped",
            -smooth_l1(errors).mean(),
            "The critic's loss is negative: the critic would learn to be as wrong as possible.",
        ),
    )


def _other_huber_losses(errors: np.ndarray) -> tuple[KnownMistake, ...]:
    """Variants of the smooth L1 loss: another factor, another limit, a sign that was lost."""
    factors = tuple(
        KnownMistake(
            "other_factor",
            factor * smooth_l1(errors).mean(),
            Message(
                "The critic's loss is {factor} times the right one. Other agents weight it; the "
                "formula here has no factor.",
                factor=factor,
            ),
        )
        for factor in (0.5, 0.25, 2.0)
    )
    size = np.abs(errors)
    limits = tuple(
        KnownMistake(
            "other_limit",
            np.where(size < beta, errors**2 / 2 / scale, (size - beta / 2) * beta / scale).mean(),
            Message(
                "Your loss turns from a square into a straight line at an error of {beta}. Here it "
                "does at 1: F.smooth_l1_loss(values, returns), without beta or delta.",
                beta=beta,
            ),
        )
        for beta in (0.1, 0.5, 2.0)
        for scale in (beta, 1.0)
    )
    no_size = tuple(
        KnownMistake(
            "no_absolute_value",
            np.where(signed < 1, signed**2 / 2, signed - 0.5).mean(),
            "Large negative errors are squared: whether an error is small depends on its size "
            "without the sign, abs(error) < 1.",
        )
        for signed in (errors, -errors)
    )
    return (*factors, *limits, *no_size)
