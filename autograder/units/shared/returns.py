"""Discounted returns and their normalisation, asked of policy_network and actor_critic alike."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task
from autograder.worker.interface import Student, Tensor


def discounted(rewards: np.ndarray, gamma: float) -> np.ndarray:
    """G_t = r_t + gamma G_{t+1}; Sutton & Barto (2018), equation 3.9."""
    returns = np.zeros(len(rewards))
    following = 0.0
    for t in reversed(range(len(rewards))):
        following = rewards[t] + gamma * following
        returns[t] = following
    return returns


def returns_task(unit: str) -> Task:
    """The task `<unit>/returns`: `discounted_returns(rewards, gamma)`."""
    task = Task(f"{unit}/returns", requires=("discounted_returns",))

    @task.check("one_return_for_each_reward", points=0, blocking=True)
    def one_return_for_each_reward(student: Student, random: np.random.Generator) -> None:
        returns = student.call("discounted_returns", [1.0, 2.0, 3.0], 0.5)
        expect_shape(
            _array(returns),
            (3,),
            "wrong_length",
            "There should be one return for each reward, in one row.",
        )

    @task.check("returns_are_right", points=2)
    def returns_are_right(student: Student, random: np.random.Generator) -> None:
        rewards = np.round(random.uniform(-2, 4, size=6), 2)
        gamma = float(np.round(random.uniform(0.4, 0.8), 2))
        right = discounted(rewards, gamma)
        powers = gamma ** np.arange(len(rewards))
        forward = [discounted(rewards[: t + 1][::-1], gamma)[0] for t in range(len(rewards))]
        wrong = (
            KnownMistake(
                "no_discount",
                discounted(rewards, 1.0),
                "These are sums of the rewards: gamma is missing. Each step further away counts "
                "gamma times less: G_t = r_t + gamma * G_{t+1}.",
            ),
            KnownMistake(
                "whole_return_everywhere",
                np.full(len(rewards), right[0]),
                "Every step got the return of the whole episode. A step's return counts only "
                "what comes from this step on.",
            ),
            KnownMistake(
                "not_reversed_back",
                right[::-1],
                "The right numbers in the wrong order: you went from the last reward to the first "
                "and forgot to turn the list round again.",
            ),
            KnownMistake(
                "discounted_but_not_summed",
                rewards * powers,
                "You discounted each reward but did not add up: a return is the sum of all "
                "rewards that follow.",
            ),
            KnownMistake(
                "accumulated_from_the_front",
                np.array(forward),
                "You add up from the first reward on, so a step is paid for the past. Begin at "
                "the last reward and go backwards.",
            ),
            KnownMistake(
                "shifted_by_one",
                np.append(right[1:], 0.0),
                "Each return misses its own step's reward: G_t begins with r_t itself.",
            ),
            KnownMistake(
                "own_reward_discounted",
                gamma * right,
                "Everything is one gamma too small: the step's own reward is not discounted.",
            ),
        )
        returns = student.call("discounted_returns", rewards.tolist(), gamma)
        expect_close(
            _array(returns),
            right,
            "wrong_returns",
            f"For the rewards {rewards.tolist()} and gamma = {gamma} the returns should be "
            f"{np.round(right, 2).tolist()}. Work the last two out on paper and compare.",
            known_mistakes=wrong,
            tolerance=1e-3,
        )

    @task.check("integer_rewards", points=1)
    def integer_rewards(student: Student, random: np.random.Generator) -> None:
        rewards = [int(reward) for reward in random.integers(1, 5, size=4)]
        rewards[-1] = int(random.choice([1, 3]))  # half of it is no whole number
        right = discounted(np.array(rewards, dtype=float), 0.5)
        returns = student.call("discounted_returns", rewards, 0.5)
        expect_close(
            _array(returns),
            right,
            "integer_returns",
            f"With the whole rewards {rewards} and gamma = 0.5 the returns should be "
            f"{right.tolist()}. Probably they were cut to whole numbers: make the tensor of "
            "returns one of floats.",
            tolerance=1e-3,
        )

    @task.check("rewards_are_left_alone", points=0)
    def rewards_are_left_alone(student: Student, random: np.random.Generator) -> None:
        rewards = [1.0, 2.0, 3.0]
        kept = student.put(rewards)
        student.call("discounted_returns", kept, 0.5)
        expect(
            student.fetch(kept) == rewards,
            "rewards_changed",
            "Your function changes the list it was given (rewards.reverse() does). Work on a copy, "
            "or go through reversed(rewards): whoever called you still needs the list.",
        )

    return task


def normalise_task(unit: str) -> Task:
    """The task `<unit>/normalise`: `normalise(returns)`."""
    task = Task(f"{unit}/normalise", requires=("normalise",))

    @task.check("mean_zero_spread_one", points=1)
    def mean_zero_spread_one(student: Student, random: np.random.Generator) -> None:
        returns = random.normal(3.0, 5.0, size=7).astype(np.float32)
        values = expect_shape(
            student.call("normalise", Tensor(returns)),
            returns.shape,
            "wrong_shape",
            "There should be as many numbers as before.",
        )
        centred = returns - returns.mean()
        spreads = (returns.std(), returns.std(ddof=1))
        for spread in spreads:
            if np.allclose(values, centred / spread, atol=1e-3):
                return
        otherwise = [
            KnownMistake(
                "not_divided",
                centred,
                "The mean is zero, but the spread is not one: divide by the standard deviation.",
            )
        ]
        for spread in spreads:
            otherwise += [
                KnownMistake(
                    "mean_not_removed",
                    returns / spread,
                    "The spread is one, but the mean is not zero: subtract returns.mean() first.",
                ),
                KnownMistake(
                    "divided_by_variance",
                    centred / spread**2,
                    "You divided by the variance; the standard deviation is its square root.",
                ),
            ]
        expect_close(
            values,
            centred / spreads[0],
            "wrong_normalisation",
            "The normalised returns should have mean 0 and standard deviation 1: subtract the "
            "mean, then divide by the standard deviation.",
            known_mistakes=otherwise,
            tolerance=1e-3,
        )

    @task.check("equal_returns_stay_finite", points=1)
    def equal_returns_stay_finite(student: Student, random: np.random.Generator) -> None:
        for returns in (np.full(4, 2.0, np.float32), np.array([3.0], np.float32)):
            values = student.call("normalise", Tensor(returns))
            expect(
                isinstance(values, np.ndarray) and bool(np.all(np.isfinite(values))),
                "division_by_zero",
                f"For the returns {returns.tolist()} you get nan or inf: their spread is zero "
                "(and torch's std of a single number is nan). Add a small number to the divisor, "
                "and use std(correction=0), which is 0 for a single number.",
            )

    return task


def _array(value: object) -> object:
    """A list of numbers counts as an array."""
    if isinstance(value, list) and value and all(isinstance(x, (int, float)) for x in value):
        return np.array(value, dtype=float)
    if (
        isinstance(value, list)
        and value
        and all(isinstance(x, np.ndarray) and x.shape == () for x in value)
    ):
        return np.array([float(x) for x in value])
    return value
