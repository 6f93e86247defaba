"""Choosing actions from a policy: `choose_action(net, observation)`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.networks import relu, softmax
from autograder.worker.interface import Layer, Student, StudentObject

#: Draws in a check that counts actions.
DRAWS = 4_000
_NUMBERS = {2: "two", 3: "three"}


def share_tolerance(probability: float) -> float:
    """How far the share of an action among the draws may lie from its probability.

    Six standard deviations: a right answer fails once in a thousand million times.
    """
    return 6 * float(np.sqrt(probability * (1 - probability) / DRAWS))


def expect_drawn(action: np.ndarray, drawn: object) -> None:
    """Raise CheckFailed unless an agent's act returns the actions that choose_action drew."""
    expect(
        np.array_equal(action, np.asarray(drawn)),
        "other_action",
        "act should return the actions that choose_action drew, and remember the "
        "log-probabilities of these actions.",
    )


@dataclass(frozen=True)
class Policy:
    """A policy network of the checks' own, whose probabilities can be computed by hand."""

    layers: tuple[Layer, Layer]

    @classmethod
    def draw(cls, random: np.random.Generator) -> Policy:
        """Random weights, (4, 8) and (8, 2)."""
        # Small ones in the head: torch's Categorical cuts probabilities off at 1e-7.
        hidden = random.normal(size=(4, 8)), random.normal(size=8)
        head = random.normal(scale=0.3, size=(8, 2)), np.zeros(2)
        return cls((_float32(hidden), _float32(head)))

    def favouring(self, observation: np.ndarray, probability: float) -> Policy:
        """The same policy, but action 1 has this probability for this observation, (4,)."""
        logits = self._logits(observation)
        odds = np.log(probability / (1 - probability))
        hidden, (weight, bias) = self.layers
        shift = np.array([0, odds - (logits[1] - logits[0])])
        return Policy((hidden, _float32((weight, bias + shift))))

    def probabilities(self, observation: np.ndarray) -> np.ndarray:
        """(n, 4) to (n, 2)."""
        return softmax(self._logits(observation))

    def _logits(self, observation: np.ndarray) -> np.ndarray:
        (weight_1, bias_1), (weight_2, bias_2) = self.layers
        return relu(observation @ weight_1 + bias_1) @ weight_2 + bias_2


class ActTask(Task):
    """`choose_action(net, observation)`: actions and their log-probabilities, (n,) each."""

    requires = ("choose_action",)
    #: What it returns, in words.
    results: tuple[str, ...] = ("actions", "log-probabilities")

    def network(
        self, student: Student, policy: Policy, random: np.random.Generator
    ) -> StudentObject:
        """The policy as a network on the student's side."""
        return student.network(list(policy.layers), softmax=True)

    @check(points=1, blocking=True)
    def one_action_and_one_log_probability_for_each_row(
        self, student: Student, random: np.random.Generator
    ) -> None:
        network = self.network(student, Policy.draw(random), random)
        for rows, dtype in ((5, np.float32), (1, np.float32), (3, np.float64)):
            observation = random.normal(size=(rows, 4)).astype(dtype)
            answer = self._answer(student.call("choose_action", network, observation))
            for name, value in zip(self.results, answer, strict=True):
                expect_shape(
                    value,
                    (rows,),
                    "wrong_shape",
                    Message(
                        "For {rows} observations ({dtype}) there should be {rows} {name}.",
                        rows=rows,
                        dtype=np.dtype(dtype).name,
                        name=name,
                    ),
                )

    @check(points=1)
    def log_probability_of_the_chosen_action(
        self, student: Student, random: np.random.Generator
    ) -> None:
        policy = Policy.draw(random)
        network = self.network(student, policy, random)
        observation = random.normal(size=(12, 4)).astype(np.float32)
        action, log_prob, *_ = self._answer(student.call("choose_action", network, observation))
        expect(
            action.dtype.kind in "iu" and bool(np.all((action >= 0) & (action < 2))),
            "wrong_actions",
            "The actions should be the whole numbers 0 and 1.",
        )
        probabilities = policy.probabilities(observation)
        expect_close(
            log_prob,
            np.log(probabilities[np.arange(12), action]),
            "wrong_log_probability",
            "The log-probability should be that of the action that was drawn: "
            "Categorical(probs).log_prob(action).",
            known_mistakes=_wrong_log_probabilities(probabilities, action),
            tolerance=1e-3,
        )

    @check(points=1)
    def actions_follow_the_probabilities(
        self, student: Student, random: np.random.Generator
    ) -> None:
        probability = 0.2
        observation = random.normal(size=4).astype(np.float32)
        policy = Policy.draw(random).favouring(observation, probability)
        network = self.network(student, policy, random)
        answer = student.call("choose_action", network, np.tile(observation, (DRAWS, 1)))
        drawn, *_ = self._answer(answer)
        _expect_share(float(np.mean(drawn == 1)), probability)

    @check(points=0)
    def gradient_reaches_the_network(self, student: Student, random: np.random.Generator) -> None:
        network = self.network(student, Policy.draw(random), random)
        observation = random.normal(size=(5, 4)).astype(np.float32)
        found = student.gradients("choose_action", network, observation, network=network, output=1)
        expect(
            any(gradient is not None for gradient in found.parameters.values()),
            "graph_cut",
            "The log-probability no longer depends on the network: no_grad(), .detach(), .item() "
            "or numpy() cut the graph, and nothing will be learned. Only the action may be cut "
            "off.",
        )

    def _answer(self, value: object) -> list[np.ndarray]:
        number = _NUMBERS[len(self.results)]
        if not isinstance(value, list) or len(value) != len(self.results):
            raise CheckFailed(
                f"not_{number}_results",
                Message(
                    "choose_action should return {number} things: the {names}.",
                    number=number,
                    names=", the ".join(self.results),
                ),
            )
        return [_array(item, name) for item, name in zip(value, self.results, strict=True)]


def _wrong_log_probabilities(
    probabilities: np.ndarray, action: np.ndarray
) -> tuple[KnownMistake, ...]:
    """What typical mistakes return instead; probabilities (n, 2), actions (n,)."""
    rows = np.arange(len(action))
    return (
        KnownMistake(
            "probability_instead_of_log",
            probabilities[rows, action],
            "These are probabilities. Return their logarithm: Categorical(probs).log_prob(action).",
        ),
        KnownMistake(
            "probabilities_taken_for_logits",
            np.log(softmax(probabilities)[rows, action]),
            "Categorical took the probabilities for logits and applied a softmax again: write "
            "Categorical(probs), or Categorical(probs=probs).",
        ),
        KnownMistake(
            "log_probability_of_another_action",
            np.log(probabilities[rows, 1 - action]),
            "These are the log-probabilities of the actions that were not chosen.",
        ),
        KnownMistake(
            "always_the_first_action",
            np.log(probabilities[:, 0]),
            "These are always the log-probabilities of action 0. Take that of each row's own "
            "action.",
        ),
    )


def _expect_share(share: float, probability: float) -> None:
    """Raise CheckFailed unless action 1 came up as often as its probability says."""
    observed = Message(
        "Action 1 has probability {probability:.2f}, but came up in {share:.0%} of {draws} draws.",
        probability=probability,
        share=share,
        draws=DRAWS,
    )
    for condition, mistake, advice in (
        (
            share not in (0.0, 1.0),
            "greedy_instead_of_drawn",
            "You always take the likeliest action (argmax). Then the agent never tries the other "
            "one. Draw it: Categorical(probs).sample().",
        ),
        (
            abs(share - 0.5) > 0.05,
            "uniform_actions",
            "All actions come up equally often. Do you draw from the network's probabilities?",
        ),
        (
            abs(share - (1 - probability)) > share_tolerance(probability),
            "actions_swapped",
            "The two actions are swapped.",
        ),
        (
            abs(share - probability) < share_tolerance(probability),
            "wrong_distribution",
            "Draw each row's action from its own probabilities: Categorical(probs).sample().",
        ),
    ):
        expect(condition, mistake, Message.joined(observed, advice))


def _array(item: object, name: str) -> np.ndarray:
    """A tensor, or numbers that could be one."""
    if isinstance(item, (int, float, list)):
        try:
            item = np.array(item)
        except ValueError:  # rows of different lengths
            item = None
    if not isinstance(item, np.ndarray) or item.dtype.kind not in "fiub":
        raise CheckFailed("wrong_shape", Message("The {name} should be a tensor.", name=name))
    return item


def _float32(layer: tuple[np.ndarray, np.ndarray]) -> Layer:
    weight, bias = layer
    return weight.astype(np.float32), bias.astype(np.float32)
