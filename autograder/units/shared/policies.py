"""Choosing actions from a policy: `choose_action(net, observation)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.examples.policy_gradient import SAMPLING
from autograder.units.shared.networks import WIDTH, relu, softmax
from autograder.worker.interface import Layer, Student, StudentError, StudentObject

#: Draws in a check that counts actions, for each observation.
DRAWS = 10_000
#: No probability is smaller whose logarithm is checked: PyTorch's Categorical raises those below
#: 1.2e-7 to that.
SMALLEST = 1e-6
#: The probabilities of action 1 that are checked. A small one shows a little exploration on top.
PROBABILITIES = (0.02, 0.9, 0.35)
#: Rows whose log-probabilities are looked at: enough for two draws to differ somewhere.
ROWS = 40
#: Calls with a small batch, for draws that do not differ within a call.
CALLS = 60
#: Further calls with many rows where two of them gave no right shares.
OTHER_CALLS = 6
_NUMBERS = {2: "two", 3: "three"}


def share_tolerance(probability: float) -> float:
    """How far the share of an action among the draws may lie from its probability.

    Six standard deviations: a right answer fails once in a thousand million times.
    """
    return 6 * float(np.sqrt(probability * (1 - probability) / DRAWS))


@dataclass(frozen=True)
class Policy:
    """A policy network of the checks' own, whose probabilities can be computed by hand."""

    layers: tuple[Layer, Layer]

    @classmethod
    def draw(cls, random: np.random.Generator) -> Policy:
        """Random weights, (4, 8) and (8, 2)."""
        # Small ones in the head: torch's Categorical cuts probabilities off at 1e-7.
        hidden = random.normal(size=(WIDTH, 8)), random.normal(size=8)
        head = random.normal(scale=0.3, size=(8, 2)), random.normal(scale=0.3, size=2)
        return cls((_float32(hidden), _float32(head)))

    def with_probabilities(self, observation: np.ndarray, probabilities: np.ndarray) -> Policy:
        """The same policy, but with these probabilities of action 1; (n, 4) and (n,), n < 9."""
        hidden, (weight, bias) = self.layers
        logits = self._logits(observation)
        lacking = np.log(probabilities / (1 - probabilities)) - (logits[:, 1] - logits[:, 0])
        features = np.column_stack([self._features(observation), np.ones(len(observation))])
        shift = np.linalg.lstsq(features, lacking, rcond=None)[0]  # (9,)
        weight, bias = weight.astype(np.float64), bias.astype(np.float64)
        weight[:, 1] += shift[:-1]
        bias[1] += shift[-1]
        return Policy((hidden, _float32((weight, bias))))

    def probabilities(self, observation: np.ndarray) -> np.ndarray:
        """(n, 4) to (n, 2)."""
        return softmax(self._logits(observation))

    def _features(self, observation: np.ndarray) -> np.ndarray:
        weight, bias = self.layers[0]
        return relu(observation.astype(np.float64) @ weight + bias)

    def _logits(self, observation: np.ndarray) -> np.ndarray:
        weight, bias = self.layers[1]
        return self._features(observation) @ weight + bias


class ActTask(Task):
    """`choose_action(net, observation)`: actions and their log-probabilities, (n,) each."""

    requires = ("choose_action",)
    examples = (SAMPLING,)
    #: The name of the student's network class: the networks of the checks are of this kind.
    network_class = "PolicyNetwork"
    #: What choose_action returns, in words.
    results: tuple[str, ...] = ("actions", "log-probabilities")

    def network(
        self, student: Student, policy: Policy, random: np.random.Generator
    ) -> StudentObject:
        """The policy as a network on the student's side."""
        return student.network(list(policy.layers), softmax=True, like=self.network_class)

    @check(points=1, blocking=True)
    def one_action_and_one_log_probability_for_each_row(
        self, student: Student, random: np.random.Generator
    ) -> None:
        network = self.network(student, Policy.draw(random), random)
        for rows, dtype in ((5, np.float32), (1, np.float32), (3, np.float64), (60, np.float32)):
            observation = random.normal(size=(rows, WIDTH)).astype(dtype)
            answer = self._ask(student, network, observation)
            for name, value in zip(self.results, answer, strict=True):
                expect(
                    value.shape != (rows, 2) or name != "log-probabilities",
                    "wrong_shape",
                    Message(
                        "For {rows} observations there are {rows} rows of two log-probabilities, "
                        "those of both actions. Return that of the action that was drawn, shape "
                        "({rows},): Categorical(probs).log_prob(action).",
                        rows=rows,
                    ),
                )
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
            _expect_actions(answer[0], answer[1])

    @check(points=1)
    def log_probability_of_the_chosen_action(
        self, student: Student, random: np.random.Generator
    ) -> None:
        observation = random.normal(size=(ROWS, WIDTH)).astype(np.float32)
        # Small and large ones are among them: somebody may keep all between two limits.
        known = np.array(PROBABILITIES)
        while True:
            policy = Policy.draw(random).with_probabilities(observation[: len(known)], known)
            probabilities = policy.probabilities(observation)
            if probabilities.min() > SMALLEST:
                break
        network = self.network(student, policy, random)
        action, log_prob, *_ = self._ask(student, network, observation)
        _expect_actions(action, log_prob)
        _expect_no_other_draw(log_prob, np.log(probabilities), action)
        expect_close(
            log_prob,
            np.log(probabilities[np.arange(ROWS), action]),
            "wrong_log_probability",
            "The log-probability should be that of the action that was drawn, from the "
            "probabilities as the network gave them: Categorical(probs).log_prob(action).",
            known_mistakes=(
                *self._log_probabilities_of_others(student, network, observation),
                *_wrong_log_probabilities(probabilities, action),
            ),
            tolerance=1e-3,
        )
        found = student.gradients("choose_action", network, observation, network=network, output=1)
        expect(
            any(gradient is not None for gradient in found.parameters.values()),
            "graph_cut",
            "The log-probability no longer depends on the network: no_grad(), .detach(), .item() "
            "or numpy() cut the graph, and nothing will be learned. Only the action may be cut "
            "off.",
        )

    @check(points=1)
    def actions_follow_the_probabilities(
        self, student: Student, random: np.random.Generator
    ) -> None:
        kinds = random.normal(size=(len(PROBABILITIES), WIDTH)).astype(np.float32)
        probabilities = np.array(PROBABILITIES)
        policy = Policy.draw(random).with_probabilities(kinds, probabilities)
        network = self.network(student, policy, random)
        observation = np.tile(kinds, (DRAWS, 1))  # row i is of kind i modulo the number of kinds
        drawn, again = (self._ask(student, network, observation)[0] for _ in range(2))
        shares = drawn.reshape(DRAWS, -1).mean(axis=0)
        if set(shares) <= {0.0, 1.0}:
            self._expect_a_draw_for_each_row(student, network, kinds)
        if not _near(shares, probabilities, margin=0):
            others = [self._ask(student, network, observation)[0] for _ in range(OTHER_CALLS)]
            # The mean of some calls: what goes wrong may do so in a part of them.
            shares = np.mean([drawn, again, *others], axis=0).reshape(DRAWS, -1).mean(axis=0)
        _expect_shares(shares, probabilities)
        expect(
            not np.array_equal(drawn, again),
            "seeded_anew",
            "Two calls for the same observations draw exactly the same actions. Is there a seed "
            "set inside choose_action? Then every step draws with the same random numbers.",
        )

    def _log_probabilities_of_others(
        self, student: Student, network: StudentObject, observation: np.ndarray
    ) -> tuple[KnownMistake, ...]:
        """What is no log-probability, but another result of the unit's choose_action."""
        return ()

    def _expect_a_draw_for_each_row(
        self, student: Student, network: StudentObject, kinds: np.ndarray
    ) -> None:
        """Raise CheckFailed if equal rows always get the same action, but not in each call."""
        rows = np.tile(kinds[::-1], (3, 1))
        calls = np.stack(
            [self._ask(student, network, rows)[0].reshape(3, len(kinds)) for _ in range(CALLS)]
        )  # (CALLS, 3, kinds)
        expect(
            bool(np.any(calls != calls[:, :1])) or bool(np.all(calls == calls[:1])),
            "one_draw_for_all",
            Message(
                "In each of {calls} calls, equal rows of a batch got equal actions, and from call "
                "to call the actions changed: a single random number, or a single action, serves "
                "all rows. Draw anew for each row: Categorical(probs).sample().",
                calls=CALLS,
            ),
        )

    def _ask(
        self, student: Student, network: StudentObject, observation: np.ndarray
    ) -> list[np.ndarray]:
        try:
            value = student.call("choose_action", network, observation)
        except StudentError as error:
            if len(self.results) == 3 and "tuple" in error.message:
                raise CheckFailed(
                    "network_answers_with_two",
                    "The network answers with two things now, the probabilities and the values: "
                    "probs, value = net(...).",
                ) from error
            raise
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


def _expect_actions(action: np.ndarray, log_prob: np.ndarray) -> None:
    """Raise CheckFailed unless the first result can be actions."""
    whole = action.dtype.kind in "iu"
    expect(
        whole or log_prob.dtype.kind not in "iu",
        "results_swapped",
        "The results are in the wrong order: the actions come first, then their log-probabilities.",
    )
    expect(
        whole,
        "actions_not_whole",
        Message(
            "The actions should be whole numbers; yours are of type {dtype}. "
            "Categorical(probs).sample() gives whole numbers.",
            dtype=action.dtype,
        ),
    )
    expect(
        bool(np.all((action >= 0) & (action < 2))),
        "wrong_actions",
        Message("The actions should be 0 or 1, not {actions}.", actions=np.unique(action)[:5]),
    )


def _expect_no_other_draw(log_prob: np.ndarray, logs: np.ndarray, action: np.ndarray) -> None:
    """Raise CheckFailed for log-probabilities of other actions; logs (n, 2), the others (n,)."""
    rows = np.arange(len(action))
    own = np.isclose(log_prob, logs[rows, action], rtol=1e-3, atol=1e-3)
    other = np.isclose(log_prob, logs[rows, 1 - action], rtol=1e-3, atol=1e-3)
    expect(
        not (bool(np.all(own | other)) and not own.all() and not other.all())
        or any(np.allclose(log_prob, logs[:, column], atol=1e-3) for column in (0, 1)),
        "log_probability_of_the_likeliest"
        if np.allclose(log_prob, logs.max(axis=1), atol=1e-3)
        else "log_probability_of_another_draw",
        Message(
            "In {number} of {rows} rows the log-probability is that of the action that was not "
            "drawn. {cause} Take it of the action that you return.",
            number=int(np.sum(~own)),
            rows=len(action),
            cause=Message("It is always that of the likeliest action.")
            if np.allclose(log_prob, logs.max(axis=1), atol=1e-3)
            else Message("Does another draw, a second sample(), serve for it?"),
        ),
    )


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
            "The network returns probabilities already, and a softmax was applied again: use no "
            "softmax of your own, and write Categorical(probs), not Categorical(logits=probs).",
        ),
        KnownMistake(
            "log_probability_of_another_action",
            np.log(probabilities[rows, 1 - action]),
            "These are the log-probabilities of the actions that were not chosen.",
        ),
        KnownMistake(
            "first_row_only",
            np.log(probabilities[0, action]),
            "These are the log-probabilities of the first row, for all rows. Take each row's own "
            "(a tensor of actions of shape (n, 1) leads to it as well: it should be (n,)).",
        ),
        KnownMistake(
            "always_the_first_action",
            np.log(probabilities[:, 0]),
            "These are always the log-probabilities of action 0. Take that of each row's own "
            "action.",
        ),
        KnownMistake(
            "always_the_second_action",
            np.log(probabilities[:, 1]),
            "These are always the log-probabilities of action 1. Take that of each row's own "
            "action.",
        ),
        KnownMistake(
            "sign_flipped",
            -np.log(probabilities[rows, action]),
            "These are log-probabilities with the sign flipped. Return them as they are: the minus "
            "belongs to the loss.",
        ),
        KnownMistake(
            "entropy_instead",
            -(probabilities * np.log(probabilities)).sum(axis=1),
            "This is the entropy of each row's distribution. Return the log-probability of the "
            "action that was drawn.",
        ),
    )


def _expect_shares(shares: np.ndarray, probabilities: np.ndarray) -> None:
    """Raise CheckFailed unless action 1 came up as often as it should; (kinds,) each."""
    if _near(shares, probabilities, margin=0):
        return
    observed = Message(
        "Action 1 had the probabilities {probabilities} for three observations, but came up in "
        "the shares {shares} of at least {draws} draws each.",
        probabilities=", ".join(f"{probability:.2f}" for probability in probabilities),
        shares=", ".join(f"{share:.3f}" for share in shares),
        draws=DRAWS,
    )
    for mistake, wrong, advice in _WRONG_SHARES:
        if _near(shares, wrong(probabilities)):
            raise CheckFailed(mistake, Message.joined(observed, advice))
    raise CheckFailed(*_mixed(shares, probabilities, observed))


def _near(shares: np.ndarray, probabilities: np.ndarray, margin: float = 0.002) -> bool:
    """Whether draws with these probabilities may well have given these shares; (kinds,) each."""
    allowed = [share_tolerance(min(max(p, 0.0), 1.0)) + margin for p in probabilities]
    return bool(np.all(np.abs(shares - probabilities) <= allowed))


def _mixed(shares: np.ndarray, probabilities: np.ndarray, observed: Message) -> tuple[str, Message]:
    """Whether a part of the actions is drawn uniformly, on top of the policy."""
    # share = (1 - epsilon) probability + epsilon / 2, a straight line through (1/2, 1/2)
    slope = float(
        np.sum((shares - 0.5) * (probabilities - 0.5)) / np.sum((probabilities - 0.5) ** 2)
    )
    line = 0.5 + slope * (probabilities - 0.5)
    if 0 < slope < 1 and _near(shares, line):
        return "exploration_on_top", Message.joined(
            observed,
            Message(
                "It looks as if {part:.0%} of the actions are drawn at random, whatever their "
                "probabilities are. This agent needs no epsilon: drawing from the policy's "
                "probabilities is its exploration.",
                part=1 - slope,
            ),
        )
    return "wrong_distribution", Message.joined(
        observed,
        "Draw each row's action from its own probabilities: Categorical(probs).sample().",
    )


#: What typical mistakes make of the probabilities of action 1, (kinds,).
_WRONG_SHARES: tuple[tuple[str, Callable[[np.ndarray], np.ndarray], str], ...] = (
    (
        "greedy_instead_of_drawn",
        lambda p: np.round(p),
        "You always take the likeliest action (argmax). Then the agent never tries the other one. "
        "Draw it: Categorical(probs).sample().",
    ),
    (
        "always_the_same_action",
        lambda p: np.zeros(len(p)),
        "The action is always 0, whatever the observation. Draw each row's action from its own "
        "probabilities.",
    ),
    (
        "always_the_same_action",
        lambda p: np.ones(len(p)),
        "The action is always 1, whatever the observation. Draw each row's action from its own "
        "probabilities.",
    ),
    (
        "uniform_actions",
        lambda p: np.full(len(p), 0.5),
        "Both actions come up equally often. Do you draw from the network's probabilities?",
    ),
    ("actions_swapped", lambda p: 1 - p, "The two actions are swapped."),
    (
        "probabilities_taken_for_logits",
        lambda p: 1 / (1 + np.exp(1 - 2 * p)),
        "The network returns probabilities already, and a softmax was applied again: use no "
        "softmax of your own, and write Categorical(probs), not Categorical(logits=probs).",
    ),
    (
        "drawn_from_one_row",
        lambda p: np.full(len(p), p[0]),
        "All rows are drawn with the probabilities of the first row. Draw each row's action from "
        "its own.",
    ),
    (
        "drawn_from_one_row",
        lambda p: np.full(len(p), p.mean()),
        "All rows are drawn with the same probabilities, their mean. Draw each row's action from "
        "its own.",
    ),
)


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
