"""Choosing an action from a policy, and the policy-gradient loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task
from autograder.units.shared.networks import relu, softmax
from autograder.worker.interface import Layer, Student, StudentObject, Tensor

#: Draws per counted check, and how far their share may be from the probability: 6 standard
#: deviations, so that a right answer fails once in a thousand million times.
DRAWS = 4_000


ACTIONS_AND_LOG_PROBABILITIES = ("actions", "log-probabilities")

SIGN = "The sign is flipped: put a minus in front of the sum."


def share_tolerance(probability: float) -> float:
    """How far the share of an action among the draws may lie from its probability."""
    return 6 * float(np.sqrt(probability * (1 - probability) / DRAWS))


def expect_drawn(action: np.ndarray, drawn: Any) -> None:
    """An agent's act answers with the actions that choose_action drew."""
    expect(
        np.array_equal(action, drawn),
        "other_action",
        "act should answer with the actions that choose_action drew, and remember the "
        "log-probabilities of these.",
    )


def policy_loss_task(unit: str) -> Task:
    """The task `<unit>/loss`: `policy_loss(log_probs, returns)`."""
    task = Task(f"{unit}/loss", requires=("policy_loss",))

    @task.check("a_single_number", points=0, blocking=True)
    def a_single_number(student: Student, random: np.random.Generator) -> None:
        log_probs, returns = _steps(random)
        loss = student.call("policy_loss", Tensor(log_probs), Tensor(returns))
        expect_shape(
            loss,
            (),
            "not_a_number",
            "The loss is one number for all steps together: take the sum (or the mean).",
        )

    @task.check("value", points=1)
    def value(student: Student, random: np.random.Generator) -> None:
        log_probs, returns = _steps(random)
        loss = student.call("policy_loss", Tensor(log_probs), Tensor(returns))
        right = -(log_probs * returns).sum()
        if np.allclose(loss, right / len(returns), rtol=1e-3):
            return  # the mean learns like the sum, with another learning rate
        expect(
            not np.isnan(loss),
            "log_twice",
            "The loss is nan, as the logarithm of a negative number is: log_probs are logarithms "
            "already, do not take log again.",
        )
        probabilities = np.exp(log_probs)
        wrong = (
            KnownMistake(
                "sign_flipped",
                -right,
                "The sign is flipped: an optimizer makes the loss small, and you want "
                "return · log-probability to become large. Put a minus in front.",
            ),
            KnownMistake(
                "probability_instead_of_log",
                -(probabilities * returns).sum(),
                "You use the probability itself; the formula has its logarithm, and log_probs "
                "are logarithms already: no exp, no softmax.",
            ),
            KnownMistake(
                "returns_ignored",
                -log_probs.sum(),
                "The returns are missing: each step's log-probability is weighed with its "
                "return, so that good actions become more likely.",
            ),
            KnownMistake(
                "product_of_sums",
                -log_probs.sum() * returns.sum(),
                "You multiply two sums. Multiply step by step first, then add up.",
            ),
        )
        means = tuple(item._replace(values=item.values / len(returns)) for item in wrong)
        expect_close(
            loss,
            right,
            "wrong_loss",
            "The loss should be the sum (or mean) over the steps of minus return times "
            "log-probability.",
            known_mistakes=(*wrong, *means),
            tolerance=1e-3,
        )

    @task.check("gradient_reaches_the_policy", points=1)
    def gradient_reaches_the_policy(student: Student, random: np.random.Generator) -> None:
        log_probs, returns = _steps(random)
        found = student.gradients("policy_loss", Tensor(log_probs), Tensor(returns))
        gradient = found.arguments[0]
        if gradient is None:
            expect(
                False,
                "graph_cut",
                "The loss does not depend on the log-probabilities any more: .item(), .detach(), "
                "float(...) or a new torch.tensor(...) cut the graph. Compute with the tensors "
                "themselves.",
            )
        assert gradient is not None
        right = -returns
        if not np.allclose(gradient, right / len(right), rtol=1e-3, atol=1e-5):
            expect_close(
                gradient,
                right,
                "wrong_gradient",
                "The loss changes with a step's log-probability by minus its return.",
                known_mistakes=(
                    KnownMistake("sign_flipped", -right, SIGN),
                    KnownMistake("sign_flipped", -right / len(right), SIGN),
                ),
                tolerance=1e-3,
            )

    return task


def _steps(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities and returns of a few steps, both (6,) float32."""
    log_probs = np.log(random.uniform(0.1, 0.9, size=6)).astype(np.float32)
    returns = random.normal(size=6).astype(np.float32)
    return log_probs, returns


def action_task(unit: str, results: tuple[str, ...] = ACTIONS_AND_LOG_PROBABILITIES) -> Task:
    """The task `<unit>/act`: `choose_action(net, observation)` gives actions, log-probabilities ...

    results: what it returns, in words; with a third, the network has a critic's head.
    """
    task = Task(f"{unit}/act", requires=("choose_action",))
    critic = len(results) > 2

    @task.check("one_action_and_one_log_probability_for_each_row", points=1, blocking=True)
    def one_for_each_row(student: Student, random: np.random.Generator) -> None:
        network, _ = _policy(student, random, critic)
        for rows, dtype in ((5, np.float32), (1, np.float32), (3, np.float64)):
            observation = random.normal(size=(rows, 4)).astype(dtype)
            answer = _answer(student.call("choose_action", network, observation), results)
            for name, value in zip(results, answer, strict=True):
                expect_shape(
                    value,
                    (rows,),
                    "wrong_shape",
                    f"For {rows} observations ({np.dtype(dtype).name}) there should be {rows} "
                    f"{name}.",
                )

    @task.check("log_probability_of_the_chosen_action", points=1)
    def log_probability_of_the_chosen(student: Student, random: np.random.Generator) -> None:
        network, probabilities_of = _policy(student, random, critic)
        observation = random.normal(size=(12, 4)).astype(np.float32)
        answer = student.call("choose_action", network, observation)
        action, log_prob, *_ = _answer(answer, results)
        expect(
            action.dtype.kind in "iu" and bool(np.all((action >= 0) & (action < 2))),
            "wrong_actions",
            "The actions should be the whole numbers 0 and 1.",
        )
        probabilities = probabilities_of(observation)
        rows = np.arange(12)
        twice = softmax(probabilities)
        expect_close(
            log_prob,
            np.log(probabilities[rows, action]),
            "wrong_log_probability",
            "The log-probability should be that of the action that was drawn: m.log_prob(action).",
            known_mistakes=(
                KnownMistake(
                    "probability_instead_of_log",
                    probabilities[rows, action],
                    "These are probabilities: use m.log_prob(action), their logarithm.",
                ),
                KnownMistake(
                    "probabilities_taken_for_logits",
                    np.log(twice[rows, action]),
                    "Categorical got the probabilities as logits and applied a softmax again: "
                    "write Categorical(probs), or Categorical(probs=probs).",
                ),
                KnownMistake(
                    "log_probability_of_another_action",
                    np.log(probabilities[rows, 1 - action]),
                    "These are the log-probabilities of the actions that were not chosen.",
                ),
                KnownMistake(
                    "always_the_first_action",
                    np.log(probabilities[:, 0]),
                    "These are always the log-probabilities of action 0: take each row's own "
                    "action.",
                ),
            ),
            tolerance=1e-3,
        )

    @task.check("actions_follow_the_probabilities", points=1)
    def actions_follow_the_probabilities(student: Student, random: np.random.Generator) -> None:
        wanted = 0.2
        observation = random.normal(size=4).astype(np.float32)
        network = _policy_with(student, random, observation, wanted, critic)
        answer = student.call("choose_action", network, np.tile(observation, (DRAWS, 1)))
        drawn, *_ = _answer(answer, results)
        share = float(np.mean(drawn == 1))
        said = (
            f"Action 1 has probability {wanted:.2f}, but came up in {share:.0%} of {DRAWS} draws. "
        )
        expect(
            share not in (0.0, 1.0),
            "greedy_instead_of_drawn",
            said + "You always take the likeliest action (argmax): then the agent never tries the "
            "other one. Draw it: m.sample().",
        )
        expect(
            abs(share - 0.5) > 0.05,
            "uniform_actions",
            said + "All actions come up equally often: do you draw from the network's "
            "probabilities?",
        )
        expect(
            abs(share - (1 - wanted)) > share_tolerance(wanted),
            "actions_swapped",
            said + "The two actions are swapped.",
        )
        expect(
            abs(share - wanted) < share_tolerance(wanted),
            "wrong_distribution",
            said
            + "Draw each row's action from its own probabilities: Categorical(probs).sample().",
        )

    @task.check("gradient_reaches_the_network", points=0)
    def gradient_reaches_the_network(student: Student, random: np.random.Generator) -> None:
        network, _ = _policy(student, random, critic)
        observation = random.normal(size=(5, 4)).astype(np.float32)
        found = student.gradients("choose_action", network, observation, network=network, output=1)
        expect(
            any(gradient is not None for gradient in found.parameters.values()),
            "graph_cut",
            "The log-probability no longer knows the network: no_grad(), .detach(), .item() or "
            "numpy() cut the graph, and nothing will be learned. Only the action may be cut off.",
        )

    return task


def _policy(
    student: Student, random: np.random.Generator, critic: bool
) -> tuple[StudentObject, Callable[[np.ndarray], np.ndarray]]:
    """A policy network of the checks' own, and its probabilities computed by hand."""
    layers = _layers(random)

    def probabilities_of(observation: np.ndarray) -> np.ndarray:
        return softmax(_logits(layers, observation))

    return student.network(layers, True, _critic(random) if critic else None), probabilities_of


def _policy_with(
    student: Student,
    random: np.random.Generator,
    observation: np.ndarray,
    probability: float,
    critic: bool,
) -> StudentObject:
    """A policy network that gives action 1 this probability for this observation."""
    layers = _layers(random)
    logits = _logits(layers, observation)
    odds = np.log(probability / (1 - probability))
    layers[-1][1][1] = odds - (logits[1] - logits[0])
    return student.network(layers, True, _critic(random) if critic else None)


def _critic(random: np.random.Generator) -> Layer:
    return random.normal(size=(8, 1)).astype(np.float32), np.zeros(1, np.float32)


def _layers(random: np.random.Generator) -> list[Layer]:
    # Small weights: torch's Categorical cuts probabilities off at 1e-7, and nobody is to be blamed.
    return [
        (
            random.normal(size=(4, 8)).astype(np.float32),
            random.normal(size=8).astype(np.float32),
        ),
        (random.normal(scale=0.3, size=(8, 2)).astype(np.float32), np.zeros(2, np.float32)),
    ]


def _logits(layers: list[Layer], observation: np.ndarray) -> np.ndarray:
    (weight_1, bias_1), (weight_2, bias_2) = layers
    return relu(observation @ weight_1 + bias_1) @ weight_2 + bias_2


def _answer(value: object, results: tuple[str, ...]) -> list[np.ndarray]:
    if not isinstance(value, list) or len(value) != len(results):
        number = {2: "two", 3: "three"}[len(results)]
        raise CheckFailed(
            f"not_{number}_results",
            f"choose_action should return {number} things: the {', the '.join(results)}.",
        )
    return [_array(item, name) for item, name in zip(value, results, strict=True)]


def _array(item: object, name: str) -> np.ndarray:
    """A tensor, or numbers that could be one."""
    if isinstance(item, (int, float, list)):
        try:
            item = np.array(item)
        except ValueError:  # rows of different lengths
            item = None
    if not isinstance(item, np.ndarray) or item.dtype.kind not in "fiub":
        raise CheckFailed("wrong_shape", f"The {name} should come as a tensor.")
    return item
