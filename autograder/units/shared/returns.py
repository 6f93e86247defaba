"""Discounted returns and their normalisation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.examples.policy_gradient import (
    NORMALISE,
    NORMALISE_EQUAL,
    RETURNS,
    WHOLE_REWARDS,
)
from autograder.units.shared.tensors import expect_tensor
from autograder.worker.interface import Student, Tensor


def discounted(rewards: np.ndarray, gamma: float) -> np.ndarray:
    """G_t = r_t + gamma G_{t+1}; Sutton & Barto (2018), equation 3.9. (steps,) to (steps,)."""
    returns = np.zeros(len(rewards))
    following = 0.0
    for t in reversed(range(len(rewards))):
        following = rewards[t] + gamma * following
        returns[t] = following
    return returns


class ReturnsTask(Task):
    """`discounted_returns(rewards, gamma)`: a list of rewards to their returns, (steps,)."""

    requires = ("discounted_returns",)
    examples = (WHOLE_REWARDS, RETURNS)

    @check(points=0, blocking=True)
    def one_return_for_each_reward(self, student: Student, random: np.random.Generator) -> None:
        returns = student.call_ref("discounted_returns", [1.0, 2.0, 3.0], 0.5)
        expect_shape(
            _array(student.fetch(returns)),
            (3,),
            "wrong_length",
            "There should be one return for each reward, in one row.",
        )
        expect_tensor(returns, "The returns")

    @check(points=1)
    def returns_are_right(self, student: Student, random: np.random.Generator) -> None:
        for steps in (6, 1, 9):
            rewards = np.round(random.uniform(-2, 4, size=steps), 2)
            gamma = float(np.round(random.uniform(0.4, 0.8), 2))
            right = discounted(rewards, gamma)
            expect_close(
                _array(student.call("discounted_returns", rewards.tolist(), gamma)),
                right,
                "wrong_returns",
                Message(
                    "For the rewards {rewards} and gamma = {gamma} the returns should be {right}. "
                    "Compute the last two on paper and compare.",
                    rewards=rewards.tolist(),
                    gamma=gamma,
                    right=np.round(right, 2).tolist(),
                ),
                known_mistakes=_wrong_returns(rewards, gamma),
                tolerance=1e-3,
            )
        _expect_long_episodes(student)

    @check(points=1, needs=("returns_are_right",))
    def integer_rewards(self, student: Student, random: np.random.Generator) -> None:
        rewards = [int(reward) for reward in random.integers(1, 5, size=4)]
        rewards[-1] = int(random.choice([1, 3]))  # half of it is no whole number
        right = discounted(np.array(rewards, dtype=float), 0.5)
        expect_close(
            _array(student.call("discounted_returns", rewards, 0.5)),
            right,
            "wrong_returns",
            Message(
                "With the whole rewards {rewards} and gamma = 0.5 the returns should be {right}.",
                rewards=rewards,
                right=right.tolist(),
            ),
            known_mistakes=_cut_to_whole_numbers(np.array(rewards), right),
            tolerance=1e-3,
        )

    @check(points=1, needs=("returns_are_right",))
    def rewards_are_left_alone(self, student: Student, random: np.random.Generator) -> None:
        rewards = np.round(random.uniform(-2, 4, size=4), 2).tolist()
        kept = student.put(rewards)
        first = _array(student.call("discounted_returns", kept, 0.5))
        expect(
            student.fetch(kept) == rewards,
            "rewards_changed",
            "Your function changes the list it was given, which the caller still needs. "
            "rewards.reverse() does that, and returns = rewards is the same list, not a copy: "
            "begin with list(rewards) or a new list.",
        )
        expect_close(
            _array(student.call("discounted_returns", kept, 0.5)),
            np.asarray(first),
            "not_the_same_again",
            "A second call with the same rewards gives other returns. Does your function keep "
            "something from one call to the next, like a list outside of it?",
        )


def _expect_long_episodes(student: Student) -> None:
    """Raise CheckFailed unless the returns of an episode of 500 steps are right, too."""
    rewards = np.ones(500)
    found = _array(student.call("discounted_returns", rewards.tolist(), 0.5))
    right = discounted(rewards, 0.5)
    if isinstance(found, np.ndarray) and found.shape == right.shape:
        wrong = np.flatnonzero(~np.isclose(found, right, rtol=1e-3, atol=1e-3))
        expect(
            len(wrong) == 0,
            "long_episodes",
            Message(
                "In an episode of 500 steps, each with reward 1, and with gamma = 0.5 the return "
                "of step {step} should be {right:.4f}; yours is {found}. gamma ** 200 is too small "
                "for float32: powers of gamma, and divisions by them, go wrong where "
                "G_t = r_t + gamma * G_{{t+1}} does not.",
                step=int(wrong[0]) if len(wrong) else 0,
                right=right[wrong[0]] if len(wrong) else 0.0,
                found=float(found[wrong[0]]) if len(wrong) else 0.0,
            ),
        )


class NormaliseTask(Task):
    """`normalise(returns)`: mean 0, standard deviation 1, same shape."""

    requires = ("normalise",)
    examples = (NORMALISE_EQUAL, NORMALISE)

    @check(points=1)
    def mean_zero_spread_one(self, student: Student, random: np.random.Generator) -> None:
        for spread in (5.0, 0.05):
            returns = random.normal(3.0, spread, size=7).astype(np.float32)
            returns[0] += 2 * np.float32(spread)  # mean and median differ
            _expect_normalised(student, returns)

    @check(points=1, needs=("mean_zero_spread_one",))
    def equal_returns_stay_finite(self, student: Student, random: np.random.Generator) -> None:
        for returns in (np.full(4, 2.0, np.float32), np.array([3.0], np.float32)):
            values = student.call("normalise", Tensor(returns))
            expect(
                isinstance(values, np.ndarray) and bool(np.all(np.isfinite(values))),
                "division_by_zero",
                Message(
                    "For the returns {returns} you get nan or inf: their spread is zero (and "
                    "torch's std of a single number is nan). Add a small number to the divisor, "
                    "and use std(correction=0), which is 0 for a single number.",
                    returns=returns.tolist(),
                ),
            )
            expect_close(
                values,
                np.zeros(len(returns)),
                "not_zero",
                Message(
                    "For the returns {returns}, all of them equal, the result should be 0: none "
                    "is better than the mean.",
                    returns=returns.tolist(),
                ),
                tolerance=1e-3,
            )


def _expect_normalised(student: Student, returns: np.ndarray) -> None:
    """Raise CheckFailed unless the student's function normalises these returns, (n,)."""
    kept = student.put(Tensor(returns))
    answer = student.call_ref("normalise", kept)
    values = expect_shape(
        student.fetch(answer),
        returns.shape,
        "wrong_shape",
        "There should be as many numbers as before.",
    )
    expect(
        np.array_equal(np.asarray(student.fetch(kept)), returns),
        "returns_changed",
        "Your function changes the tensor it was given (-= and /= do). Compute a new one.",
    )
    expect_tensor(answer, "The normalised returns")
    expect(
        np.allclose(np.asarray(student.call("normalise", kept)), values, atol=1e-3),
        "not_the_same_again",
        "A second call with the same returns gives other numbers: something is kept from one call "
        "to the next. Use only the mean and the standard deviation of these returns.",
    )
    centred = returns - returns.mean()
    spreads = (returns.std(), returns.std(ddof=1))
    if any(np.allclose(values, centred / spread, atol=1e-3) for spread in spreads):
        return
    expect_close(
        values,
        centred / spreads[0],
        "wrong_normalisation",
        Message(
            "The normalised returns should have mean 0 and standard deviation 1; yours have "
            "{mean:.3g} and {deviation:.3g}, for returns with mean {given_mean:.3g} and standard "
            "deviation {given_deviation:.3g}. Subtract the mean, then divide the differences by "
            "the standard deviation.",
            mean=values.mean(),
            deviation=values.std(),
            given_mean=returns.mean(),
            given_deviation=returns.std(),
        ),
        known_mistakes=_wrong_normalisations(returns, spreads),
        tolerance=1e-3,
    )


def _wrong_returns(rewards: np.ndarray, gamma: float) -> tuple[KnownMistake, ...]:
    """What typical mistakes return for these rewards, (steps,)."""
    right = discounted(rewards, gamma)
    forward = [discounted(rewards[: t + 1][::-1], gamma)[0] for t in range(len(rewards))]
    return (
        KnownMistake(
            "no_discount",
            discounted(rewards, 1.0),
            "These are sums of the rewards: gamma is missing. Each step further away counts gamma "
            "times less: G_t = r_t + gamma * G_{t+1}.",
        ),
        KnownMistake(
            "whole_return_everywhere",
            np.full(len(rewards), right[0]),
            "Every step has the return of the whole episode. A step's return counts only the "
            "rewards from this step on.",
        ),
        KnownMistake(
            "not_reversed_back",
            right[::-1],
            "The right numbers in the wrong order: you went from the last reward to the first and "
            "did not reverse the list at the end.",
        ),
        KnownMistake(
            "discounted_but_not_summed",
            rewards * gamma ** np.arange(len(rewards)),
            "You discounted each reward but did not add up. A return is the sum of all rewards "
            "that follow.",
        ),
        KnownMistake(
            "accumulated_from_the_front",
            np.array(forward),
            "You add up from the first reward on, so a step is paid for the past. Begin at the "
            "last reward and go backwards.",
        ),
        KnownMistake(
            "shifted_by_one",
            np.append(right[1:], 0.0),
            "Each return lacks its own step's reward: G_t begins with r_t itself.",
        ),
        *_wrong_discounts(rewards, gamma),
        *_normalised(right),
        *_cut_short(rewards, gamma),
        KnownMistake(
            "own_reward_discounted",
            gamma * right,
            "All returns are too small by the factor gamma: the step's own reward is not "
            "discounted.",
        ),
    )


def _wrong_discounts(rewards: np.ndarray, gamma: float) -> tuple[KnownMistake, ...]:
    """Returns in which gamma stands at a wrong place, or is another number."""
    return (
        *_other_discounts(rewards, gamma),
        KnownMistake(
            "gamma_added",
            _accumulated(rewards, lambda reward, following: reward + gamma + following),
            "gamma is added. It should be multiplied: each step further away counts gamma times "
            "less, G_t = r_t + gamma * G_{t+1}.",
        ),
        KnownMistake(
            "reward_discounted_instead",
            _accumulated(rewards, lambda reward, following: gamma * reward + following),
            "gamma stands at the wrong place: it discounts what follows, not the step's own "
            "reward. G_t = r_t + gamma * G_{t+1}.",
        ),
        KnownMistake(
            "discounted_from_the_start",
            np.cumsum((rewards * gamma ** np.arange(len(rewards)))[::-1])[::-1],
            "The discount counts from the first step of the episode. For each step's return it "
            "begins anew: the step's own reward must not be discounted.",
        ),
    )


def _cut_short(rewards: np.ndarray, gamma: float) -> tuple[KnownMistake, ...]:
    """Returns that leave out some of what follows, or all of it."""
    right = discounted(rewards, gamma)
    following = np.append(rewards[1:], 0.0)
    return (
        KnownMistake(
            "rewards_themselves",
            rewards,
            "These are the rewards themselves: nothing that follows was added. Is the sum set back "
            "to 0 in each step?",
        ),
        KnownMistake(
            "one_step_only",
            rewards + gamma * following,
            "Only the next reward was added. A return goes on to the end of the episode: G_t = r_t "
            "+ gamma * G_{t+1}, with the *return* of the next step.",
        ),
        KnownMistake(
            "first_step_missing",
            np.append(0.0, right[1:]),
            "The return of the first step is 0, all others are right: the loop ends one step too "
            "early. range(n - 1, -1, -1) goes down to 0.",
        ),
        KnownMistake(
            "rewards_ignored",
            discounted(np.ones(len(rewards)), gamma),
            "These are the returns of rewards that are all 1. Use the rewards that you are given: "
            "they may be other numbers.",
        ),
    )


def _normalised(right: np.ndarray) -> tuple[KnownMistake, ...]:
    """The right returns, but normalised, with either standard deviation."""
    return tuple(
        KnownMistake(
            "normalised_already",
            (right - right.mean()) / (deviation or 1.0),
            "These are the returns shifted to mean 0 and scaled to standard deviation 1. That is "
            "another exercise, normalise: return the plain returns here.",
        )
        for deviation in (right.std(), _sample_deviation(right))
    )


def _accumulated(rewards: np.ndarray, step: Callable[[float, float], float]) -> np.ndarray:
    """What a loop from the end gives that combines a reward and what follows by another rule."""
    returns = np.zeros(len(rewards))
    following = 0.0
    for t in reversed(range(len(rewards))):
        following = step(rewards[t], following)
        returns[t] = following
    return returns


def _other_discounts(rewards: np.ndarray, gamma: float) -> tuple[KnownMistake, ...]:
    """Returns with a discount of their own, whatever gamma is."""
    return tuple(
        KnownMistake(
            "fixed_discount",
            discounted(rewards, fixed),
            Message(
                "These are the returns for gamma = {fixed}, but the argument gamma was {gamma}. "
                "Use the argument, not a fixed number.",
                fixed=fixed,
                gamma=gamma,
            ),
        )
        for fixed in (0.99, 0.95, 0.9)
    )


def _cut_to_whole_numbers(rewards: np.ndarray, right: np.ndarray) -> tuple[KnownMistake, ...]:
    """The returns of whole rewards as whole numbers: cut at the end, or at each step."""
    message = (
        "With whole rewards your returns are cut to whole numbers: whatever holds them, a tensor, "
        "an array or a list, must hold floats. (np.zeros_like(rewards) takes over the whole "
        "numbers.)"
    )
    at_each_step = _accumulated(rewards, lambda reward, following: np.trunc(reward + following / 2))
    return (
        KnownMistake("integer_returns", np.trunc(right), message),
        KnownMistake("integer_returns", at_each_step, message),
    )


def _sample_deviation(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def _wrong_normalisations(
    returns: np.ndarray, spreads: tuple[float, ...]
) -> tuple[KnownMistake, ...]:
    """What typical mistakes return; spreads: the standard deviations that count as right."""
    centred = returns - returns.mean()
    wrong = [
        KnownMistake(
            "not_divided",
            centred,
            "The mean is zero, but the spread is not one: divide by the standard deviation.",
        )
    ]
    for spread in spreads:
        wrong += [
            KnownMistake(
                "mean_not_removed",
                returns / spread,
                "The spread is one, but the mean is not zero: subtract returns.mean() first.",
            ),
            KnownMistake(
                "divided_by_variance",
                centred / spread**2,
                "You divided by the variance. The standard deviation is its square root.",
            ),
            *_odd_normalisations(returns, spread),
        ]
    return (*_other_scales(returns), *wrong)


def _odd_normalisations(returns: np.ndarray, spread: float) -> tuple[KnownMistake, ...]:
    """What formulas that differ in one place return; spread: the standard deviation."""
    centred = returns - returns.mean()
    right = centred / spread
    return (
        KnownMistake(
            "brackets_missing",
            returns - returns.mean() / spread,
            "Only the mean was divided: / comes before -. Put brackets around the subtraction: "
            "(returns - mean) / deviation.",
        ),
        KnownMistake(
            "divided_first",
            returns / spread - returns.mean(),
            "The returns were divided first, and then the mean of the undivided ones was "
            "subtracted. Subtract the mean first, then divide.",
        ),
        *(
            KnownMistake(
                "large_epsilon",
                centred / (spread + epsilon),
                Message(
                    "The number added to the divisor is {epsilon}, which is not tiny beside a "
                    "standard deviation of {spread:.3g}. Take 1e-8 or so.",
                    epsilon=epsilon,
                    spread=spread,
                ),
            )
            for epsilon in (1.0, 0.1, 0.01)
        ),
        KnownMistake(
            "median_instead_of_mean",
            (returns - _lower_median(returns)) / spread,
            "You subtracted the median. It should be the mean: then the results add up to 0.",
        ),
        KnownMistake(
            "clipped",
            np.clip(right, -1, 1),
            "The right numbers, but cut off at -1 and 1. Return them as they are.",
        ),
        KnownMistake(
            "negative_ones_removed",
            np.maximum(right, 0),
            "The right numbers, but the negative ones are 0. Keep them: a return below the mean "
            "makes its action less likely.",
        ),
    )


def _other_scales(returns: np.ndarray) -> tuple[KnownMistake, ...]:
    """What other ways to scale numbers return."""
    centred = returns - returns.mean()
    return (
        KnownMistake(
            "divided_by_at_least_one",
            centred / max(float(returns.std()), 1.0),
            Message(
                "These returns have a standard deviation of {spread:.3g}, and you did not divide "
                "by it: is the divisor kept at 1 or more? Only a divisor of 0 is a problem.",
                spread=returns.std(),
            ),
        ),
        KnownMistake(
            "scaled_to_0_1",
            (returns - returns.min()) / np.ptp(returns),
            "These numbers lie between 0 and 1: smallest and largest return were used. Use mean "
            "and standard deviation.",
        ),
        KnownMistake(
            "scaled_to_length_1",
            returns / np.linalg.norm(returns),
            "These returns are scaled so that their squares sum to 1, as F.normalize does. "
            "Subtract the mean and divide by the standard deviation.",
        ),
        KnownMistake(
            "sum_of_squares",
            centred / np.linalg.norm(centred),
            "You divided by the root of the *sum* of the squares. The standard deviation is the "
            "root of their mean.",
        ),
    )


def _lower_median(values: np.ndarray) -> float:
    """The median as torch has it: one of the values."""
    return float(np.sort(values)[(len(values) - 1) // 2])


def _array(value: object) -> object:
    """A list of numbers counts as an array."""
    if not isinstance(value, list) or not value:
        return value
    if all(isinstance(item, (int, float)) for item in value):
        return np.array(value, dtype=float)
    if all(isinstance(item, np.ndarray) and item.shape == () for item in value):
        return np.array([float(item) for item in value])
    return value
