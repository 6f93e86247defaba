"""Discounted returns and their normalisation."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
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

    @check(points=0, blocking=True)
    def one_return_for_each_reward(self, student: Student, random: np.random.Generator) -> None:
        returns = student.call("discounted_returns", [1.0, 2.0, 3.0], 0.5)
        expect_shape(
            _array(returns),
            (3,),
            "wrong_length",
            "There should be one return for each reward, in one row.",
        )

    @check(points=2)
    def returns_are_right(self, student: Student, random: np.random.Generator) -> None:
        rewards = np.round(random.uniform(-2, 4, size=6), 2)
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

    @check(points=1)
    def integer_rewards(self, student: Student, random: np.random.Generator) -> None:
        rewards = [int(reward) for reward in random.integers(1, 5, size=4)]
        rewards[-1] = int(random.choice([1, 3]))  # half of it is no whole number
        right = discounted(np.array(rewards, dtype=float), 0.5)
        expect_close(
            _array(student.call("discounted_returns", rewards, 0.5)),
            right,
            "integer_returns",
            Message(
                "With the whole rewards {rewards} and gamma = 0.5 the returns should be {right}. "
                "Probably they were cut to whole numbers: make the tensor of returns one of "
                "floats.",
                rewards=rewards,
                right=right.tolist(),
            ),
            tolerance=1e-3,
        )

    @check(points=0)
    def rewards_are_left_alone(self, student: Student, random: np.random.Generator) -> None:
        rewards = [1.0, 2.0, 3.0]
        kept = student.put(rewards)
        student.call("discounted_returns", kept, 0.5)
        expect(
            student.fetch(kept) == rewards,
            "rewards_changed",
            "Your function changes the list it was given (rewards.reverse() does). Work on a copy, "
            "or loop over reversed(rewards): the caller still needs the list.",
        )


class NormaliseTask(Task):
    """`normalise(returns)`: mean 0, standard deviation 1, same shape."""

    requires = ("normalise",)

    @check(points=1)
    def mean_zero_spread_one(self, student: Student, random: np.random.Generator) -> None:
        returns = random.normal(3.0, 5.0, size=7).astype(np.float32)
        values = expect_shape(
            student.call("normalise", Tensor(returns)),
            returns.shape,
            "wrong_shape",
            "There should be as many numbers as before.",
        )
        centred = returns - returns.mean()
        spreads = (returns.std(), returns.std(ddof=1))
        if any(np.allclose(values, centred / spread, atol=1e-3) for spread in spreads):
            return
        expect_close(
            values,
            centred / spreads[0],
            "wrong_normalisation",
            "The normalised returns should have mean 0 and standard deviation 1: subtract the "
            "mean, then divide by the standard deviation.",
            known_mistakes=_wrong_normalisations(returns, spreads),
            tolerance=1e-3,
        )

    @check(points=1)
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
        KnownMistake(
            "own_reward_discounted",
            gamma * right,
            "All returns are too small by the factor gamma: the step's own reward is not "
            "discounted.",
        ),
    )


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
        ]
    return tuple(wrong)


def _array(value: object) -> object:
    """A list of numbers counts as an array."""
    if not isinstance(value, list) or not value:
        return value
    if all(isinstance(item, (int, float)) for item in value):
        return np.array(value, dtype=float)
    if all(isinstance(item, np.ndarray) and item.shape == () for item in value):
        return np.array([float(item) for item in value])
    return value
