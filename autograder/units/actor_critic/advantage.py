"""The advantage of actor_critic: how much better a step went than the critic expected."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.examples.policy_gradient import ADVANTAGE
from autograder.units.shared.tensors import expect_tensor, with_gradient
from autograder.worker.interface import Student, Tensor


class AdvantageTask(Task):
    """`advantage(returns, values)`: return minus value, without a gradient; (steps,) each."""

    requires = ("advantage",)
    examples = (ADVANTAGE,)

    @check(points=1, blocking=True)
    def return_minus_value(self, student: Student, random: np.random.Generator) -> None:
        for dtype in (np.float32, np.float64):
            returns, values = _returns_and_values(random, dtype)
            kept = student.put(Tensor(returns)), student.put(Tensor(values))
            answer = student.call_ref("advantage", *kept)
            for name, item, before in zip(
                ("returns", "values"), kept, (returns, values), strict=True
            ):
                expect(
                    np.array_equal(np.asarray(student.fetch(item)), before),
                    "arguments_changed",
                    Message(
                        "Your function changes the tensor {name}, which the critic's loss still "
                        "needs. -= and functions whose name ends in _ work in place, and detach() "
                        "shares the numbers with the tensor it comes from: compute a new tensor.",
                        name=name,
                    ),
                )
            expect_close(
                student.fetch(answer),
                returns - values,
                "wrong_advantage",
                "The advantage of each step is its return minus its value: six returns and six "
                "values give six advantages.",
                known_mistakes=_wrong_advantages(returns, values),
            )
            expect_tensor(answer, "The advantages")

    @check(points=1)
    def no_gradient_through_the_value(self, student: Student, random: np.random.Generator) -> None:
        returns, values = random.normal(size=(2, 6)).astype(np.float32)
        # As in a training, the values come from a network, and the returns from nowhere.
        kept = student.put(with_gradient(student, values))
        answer = student.call_ref("advantage", student.put(Tensor(returns)), kept)
        expect(
            bool(kept.get("requires_grad")),
            "values_cut_off",
            "The advantages are right, but the tensor values itself has lost its connection to the "
            "network: detach_() works in place. The critic's loss could not train the critic any "
            "more. values.detach() leaves values as it is.",
        )
        expect(
            not answer.call("is_inference"),
            "inference_tensor",
            "What is computed within torch.inference_mode() cannot be used in a loss: backward() "
            "refuses it later. Use values.detach().",
        )
        expect(
            not leaks(student, returns, values),
            "value_not_detached",
            "The numbers are right, but a gradient flows through the value: the actor's loss "
            "would train the critic. Use values.detach().",
        )


def _returns_and_values(
    random: np.random.Generator, dtype: type[np.floating]
) -> tuple[np.ndarray, np.ndarray]:
    """Returns and values, (6,) each; half of the returns are larger than their values."""
    values = random.normal(size=6)
    differences = random.permutation([1, 1, 1, -1, -1, -1]) * random.uniform(0.3, 2, size=6)
    return (values + differences).astype(dtype), values.astype(dtype)


def leaks(student: Student, returns: np.ndarray, values: np.ndarray) -> bool:
    """Whether the student's advantage lets a gradient through the values."""
    # Kept there, the returns are not differentiated: a right answer may call `returns.numpy()`.
    kept = student.put(Tensor(returns))
    slope = student.gradients("advantage", kept, Tensor(values)).arguments[0]
    return slope is not None and bool(np.any(slope != 0))


def _wrong_advantages(returns: np.ndarray, values: np.ndarray) -> tuple[KnownMistake, ...]:
    """What typical mistakes return; both arguments (steps,)."""
    right = returns - values
    following = np.append(values[1:], 0)
    return (
        *(
            KnownMistake(
                "td_error",
                returns + gamma * following - values,
                "This is the TD error, with the value of the next state added. The return already "
                "holds everything that came after the step: the advantage is return minus value.",
            )
            for gamma in (0.99, 1.0, 0.95, 0.9)
        ),
        *(
            KnownMistake(
                "normalised",
                (right - right.mean()) / deviation,
                "These are the advantages shifted to mean 0 and scaled to standard deviation 1. "
                "Return them as they are: return minus value.",
            )
            for deviation in (right.std(), right.std(ddof=1))
        ),
        *_simplified(returns, values),
        *_other_steps(returns, values),
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


def _other_steps(returns: np.ndarray, values: np.ndarray) -> tuple[KnownMistake, ...]:
    """Advantages that compare a return with the value of the step before or after."""
    earlier, later = np.append(0, values[:-1]), np.append(values[1:], 0)
    return tuple(
        KnownMistake(
            "value_of_another_step",
            returns - shifted,
            Message(
                "The value of the step {place} is subtracted from each return. Both belong to the "
                "same step: returns[t] - values[t].",
                place=place,
            ),
        )
        for place, moved in (
            ("before", (np.roll(values, 1), earlier)),
            ("after", (np.roll(values, -1), later)),
        )
        for shifted in moved
    )


def _simplified(returns: np.ndarray, values: np.ndarray) -> tuple[KnownMistake, ...]:
    """Advantages with one value for all steps, or without the negative ones."""
    right = returns - values
    return (
        *(
            KnownMistake(
                "one_value_for_all",
                returns - mean,
                Message(
                    "The mean of all {what} is subtracted. Each step has a value of its own: "
                    "return minus value, step by step.",
                    what=what,
                ),
            )
            for what, mean in (("values", values.mean()), ("returns", returns.mean()))
        ),
        KnownMistake(
            "negative_ones_removed",
            np.maximum(right, 0),
            "The right numbers, but the negative ones are 0. Keep them: an action that went worse "
            "than expected should become less likely.",
        ),
    )
