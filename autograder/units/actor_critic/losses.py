"""The advantage and the two losses of actor_critic, against hand-computed cases."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task
from autograder.worker.interface import Student, Tensor

advantage = Task("actor_critic/advantage", requires=("advantage",))


@advantage.check("return_minus_value", points=1, blocking=True)
def return_minus_value(student: Student, random: np.random.Generator) -> None:
    for dtype in (np.float32, np.float64):
        returns, values = random.normal(size=(2, 6)).astype(dtype)
        right = returns - values
        expect_close(
            student.call("advantage", Tensor(returns), Tensor(values)),
            right,
            "wrong_advantage",
            "The advantage of each step is its return minus its value: six of each give six "
            "advantages.",
            known_mistakes=(
                KnownMistake(
                    "sign_flipped",
                    -right,
                    "The sign is flipped: a step that went better than the critic expected has a "
                    "positive advantage, so it is return minus value.",
                ),
                KnownMistake(
                    "values_ignored",
                    returns,
                    "These are the returns: the critic's values are not taken off.",
                ),
                KnownMistake(
                    "distance_instead_of_difference",
                    np.abs(right),
                    "These are distances. Whether it went better or worse is what the sign says: "
                    "keep it.",
                ),
                KnownMistake(
                    "distance_instead_of_difference",
                    right**2,
                    "These are squared differences, as in a loss. The advantage is the difference "
                    "itself, with its sign.",
                ),
            ),
        )


@advantage.check("no_gradient_through_the_value", points=1)
def no_gradient_through_the_value(student: Student, random: np.random.Generator) -> None:
    returns, values = random.normal(size=(2, 6)).astype(np.float32)
    expect(
        not leaks(student, returns, values),
        "value_not_detached",
        "The right numbers, but they still know the critic: a gradient flows through the value, "
        "and the actor's loss would teach the critic to say what suits the actor. Take "
        "values.detach().",
    )


losses = Task("actor_critic/losses", requires=("losses",))


@losses.check("two_single_numbers", points=0, blocking=True)
def two_single_numbers(student: Student, random: np.random.Generator) -> None:
    for loss in _losses(student, *_steps(random)):
        expect_shape(
            loss,
            (),
            "not_a_number",
            "Each loss is one number for all steps together: take the mean.",
        )


@losses.check("loss_of_the_policy", points=1)
def loss_of_the_policy(student: Student, random: np.random.Generator) -> None:
    log_probs, advantages, values, returns = _steps(random)
    found, _ = _losses(student, log_probs, advantages, values, returns)
    right = -np.mean(advantages * log_probs)
    n = len(returns)
    wrong = (
        KnownMistake(
            "sign_flipped",
            -right,
            "The sign is flipped: an optimizer makes the loss small, and you want advantage times "
            "log-probability to become large. Put a minus in front.",
        ),
        KnownMistake(
            "returns_instead_of_advantages",
            -np.mean(returns * log_probs),
            "That is REINFORCE without a critic: weigh the log-probabilities with the advantages, "
            "not with the returns.",
        ),
        KnownMistake(
            "values_instead_of_advantages",
            -np.mean(values * log_probs),
            "The log-probabilities are weighed with the values; it should be the advantages.",
        ),
        KnownMistake(
            "probability_instead_of_log",
            -np.mean(advantages * np.exp(log_probs)),
            "log_probs are logarithms already, and the formula wants the logarithms: no exp.",
        ),
        KnownMistake(
            "advantages_ignored",
            -np.mean(log_probs),
            "The advantages are missing: each step's log-probability is weighed with its own.",
        ),
        KnownMistake(
            "losses_swapped",
            smooth_l1(values - returns).mean(),
            "That is the critic's loss. The policy's comes first: return policy_loss, value_loss.",
        ),
    )
    _expect_mean_or_sum(
        found,
        right,
        n,
        "wrong_policy_loss",
        "The policy's loss should be the mean over the steps of minus advantage times "
        "log-probability.",
        wrong,
    )


@losses.check("loss_of_the_critic", points=1)
def loss_of_the_critic(student: Student, random: np.random.Generator) -> None:
    log_probs, advantages, values, returns = _steps(random)
    _, found = _losses(student, log_probs, advantages, values, returns)
    errors = values - returns
    wrong = (
        KnownMistake(
            "squared_error",
            np.mean(errors**2),
            "That is the mean squared error. A few wild returns would rule it; take "
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
            "That is the mean absolute error; F.smooth_l1_loss is quadratic near zero.",
        ),
        KnownMistake(
            "values_against_advantages",
            smooth_l1(values - advantages).mean(),
            "You compare the values with the advantages. The critic should foretell the returns.",
        ),
        KnownMistake(
            "advantages_against_returns",
            smooth_l1(advantages - returns).mean(),
            "You compare the advantages with the returns: the values are missing.",
        ),
        KnownMistake(
            "sign_flipped",
            -smooth_l1(errors).mean(),
            "The critic's loss is negative: it would learn to be as wrong as it can.",
        ),
    )
    _expect_mean_or_sum(
        found,
        smooth_l1(errors).mean(),
        len(returns),
        "wrong_value_loss",
        "The critic's loss should be F.smooth_l1_loss(values, returns).",
        wrong,
    )


@losses.check("both_means_or_both_sums", points=0)
def both_means_or_both_sums(student: Student, random: np.random.Generator) -> None:
    log_probs, advantages, values, returns = _steps(random)
    n = len(returns)
    ratios = [
        float(found / right)
        for found, right in zip(
            _losses(student, log_probs, advantages, values, returns),
            (-np.mean(advantages * log_probs), smooth_l1(values - returns).mean()),
            strict=True,
        )
    ]
    sums = [np.isclose(ratio, n, rtol=1e-3) for ratio in ratios]
    means = [np.isclose(ratio, 1, rtol=1e-3) for ratio in ratios]
    if sums == [False, True] and means == [True, False]:
        heard = "the critic's"
    elif sums == [True, False] and means == [False, True]:
        heard = "the policy's"
    else:
        return
    raise CheckFailed(
        "mean_and_sum_mixed",
        f"One loss is a mean, the other a sum: of thousands of steps only {heard} would be heard. "
        "Take two means (or two sums).",
    )


@losses.check("gradients_go_where_they_should", points=2)
def gradients_go_where_they_should(student: Student, random: np.random.Generator) -> None:
    log_probs, advantages, values, returns = _steps(random)
    n = len(returns)
    of_policy = slopes(student, 0, log_probs, advantages, values, returns)
    of_critic = slopes(student, 1, log_probs, advantages, values, returns)
    expect(
        bool(np.any(of_policy[0] != 0)),
        "policy_graph_cut",
        "The policy's loss does not depend on the log-probabilities any more: .item(), .detach() "
        "or a new torch.tensor(...) cut the graph, and the policy would never learn.",
    )
    expect(
        bool(np.any(of_critic[2] != 0)),
        "critic_graph_cut",
        "The critic's loss does not depend on the values any more: .item(), .detach() or a new "
        "torch.tensor(...) cut the graph, and the critic would never learn.",
    )
    expect(
        not np.any(of_policy[2] != 0),
        "policy_teaches_the_critic",
        "The policy's loss has a gradient for the values. Use the advantages you are given; if you "
        "compute them again, the values must be detached.",
    )
    expect(
        not np.any(of_critic[0] != 0),
        "critic_teaches_the_policy",
        "The critic's loss has a gradient for the log-probabilities. It should know values and "
        "returns only.",
    )
    _expect_mean_or_sum(
        of_policy[0],
        -advantages / n,
        n,
        "wrong_policy_gradient",
        "The policy's loss should change with a step's log-probability by minus its advantage.",
    )
    _expect_mean_or_sum(
        of_critic[2],
        np.clip(values - returns, -1, 1) / n,
        n,
        "wrong_value_gradient",
        "The critic's loss should change with a value by its error, at most by 1: take "
        "F.smooth_l1_loss(values, returns).",
    )


def smooth_l1(errors: np.ndarray) -> np.ndarray:
    """Quadratic for errors below 1, linear beyond; Huber (1964)."""
    size = np.abs(errors)
    return np.where(size < 1, errors**2 / 2, size - 0.5)


def leaks(student: Student, returns: np.ndarray, values: np.ndarray) -> bool:
    """Whether the student's advantage lets a gradient through the values."""
    # Kept there, the returns are not differentiated: a right answer may call `returns.numpy()`.
    kept = student.put(Tensor(returns))
    slope = student.gradients("advantage", kept, Tensor(values)).arguments[0]
    return slope is not None and bool(np.any(slope != 0))


def slopes(student: Student, output: int, *steps: np.ndarray) -> list[np.ndarray]:
    """How one of the student's losses changes with each of its arguments; 0 where it cannot."""
    found = student.gradients("losses", *map(Tensor, steps), output=output).arguments
    return [
        np.zeros(len(step)) if slope is None else slope
        for step, slope in zip(steps, found, strict=True)
    ]


def _steps(random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Log-probabilities, advantages, values and returns of a few steps, (8,) float32 each.

    Some errors of the values are below 1, some above.
    """
    log_probs = np.log(random.uniform(0.1, 0.9, size=8)).astype(np.float32)
    returns = random.normal(size=8).astype(np.float32)
    errors = random.uniform(0.2, 0.8, size=8) * random.choice([-1, 1], size=8)
    errors[:4] *= 6
    values = (returns + errors).astype(np.float32)
    return log_probs, returns - values, values, returns


def _losses(student: Student, *steps: np.ndarray) -> list[Any]:
    found = student.call("losses", *map(Tensor, steps))
    expect(
        isinstance(found, list) and len(found) == 2,
        "not_two_losses",
        "losses should return two things: return policy_loss, value_loss.",
    )
    return found


def _expect_mean_or_sum(
    found: object,
    mean: np.ndarray,
    n: int,
    mistake: str,
    message: str,
    otherwise: tuple[KnownMistake, ...] = (),
) -> None:
    """Expect this mean over n steps, or the sum: it learns alike, with another learning rate."""
    if isinstance(found, np.ndarray) and np.allclose(found, mean * n, rtol=1e-3, atol=1e-5):
        return
    sums = tuple(item._replace(values=item.values * n) for item in otherwise)
    expect_close(found, mean, mistake, message, known_mistakes=(*otherwise, *sums), tolerance=1e-3)
