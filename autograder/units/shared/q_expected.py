"""What an update step of a trial must do to the weights, and which mistake it was if it did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.messages import Message
from autograder.units.shared.q_parts import ACTIONS, DOUBLE, LOSS, PLAIN
from autograder.units.shared.q_trial import Batch, QTrial, alike, is_zero
from autograder.units.shared.target_network import Parameters
from autograder.worker.interface import StudentObject
from autograder.worker.rules import PLAIN_RATE, growth

#: What an update step should have been called with, by the parameter's name in the message.
_COLUMNS = ("reward", "next_observation", "terminated", "observation", "action")


@dataclass(frozen=True)
class UpdateStep:
    """One update step of an agent: the batch that it is about, and whether its targets are double.

    reference: how the notebook calls the method, for messages ("learn"). samples: whether the
    method draws its batch from the memory.
    """

    trial: QTrial
    batch: Batch
    double: bool
    reference: str
    samples: bool = True

    def expected(self) -> list[Parameters]:
        """The gradients that are right: of the doubles, or of what they stand in for.

        An agent may compute targets or loss itself instead of calling its functions.
        """
        return [
            gradient
            for targets in (self._double_targets(), self._true_targets())
            for gradient in self._gradients(targets)
        ]

    def expect(self, move: Parameters, followed: Parameters | None = None) -> None:
        """The weights of the network have moved as they should; move: the gradient followed.

        followed: the target network's weights after the step, for it may follow before the targets
        are computed. Raises CheckFailed with the mistake's name, as far as the calls show it.
        """
        expected = self.expected()
        if any(alike(move, right) for right in expected):
            return
        if followed is not None:
            before = self.trial.target_net.parameters()
            self.trial.target_net.set_parameters(followed)
            later = self.expected()
            self.trial.target_net.set_parameters(before)
            if any(alike(move, right) for right in later):
                return
        self.expect_right_samples()
        self._expect_right_calls()
        # First the doubles' own, last what somebody learns who calls none of them.
        self._name_the_move(move, expected[0] if self.trial.count("loss") else expected[-1])

    def expect_learned(self, move: Parameters) -> None:
        """The weights have moved by what the batch says, right or wrong, and by nothing else.

        This is less than `expect` wants, and enough for the other checks of an agent to mean
        something. To be asked of a batch with few distinct rows: the gradients of many Q-values
        lead everywhere. Raises CheckFailed like `expect`.
        """
        if any(alike(move, right) for right in self.expected()):
            return
        if is_zero(move) or not self._learns_something(move):
            self.expect(move)

    def _learns_something(self, move: Parameters) -> bool:
        """Whether the weights go where gradients of the batch's Q-values lead."""
        trial, batch = self.trial, self.batch
        growth_alone = _led_by(move, [trial.net.parameters()], tolerance=1e-3)
        if trial.parts.learn and trial.count("loss"):
            return growth_alone
        rows = np.unique(np.concatenate([batch.observation, batch.next_observation]), axis=0)
        single = np.eye(len(rows) * ACTIONS).reshape(-1, len(rows), ACTIONS)
        gradients = [trial.gradient(trial.net, rows, weights) for weights in single]
        # Weights that decay as well are wrong, but not nothing.
        return not growth_alone and _led_by(move, [*gradients, trial.net.parameters()])

    def _gradients(self, targets: np.ndarray) -> Iterator[Parameters]:
        trial, batch = self.trial, self.batch
        table, n = trial.coefficients.table, len(targets)
        rows = np.arange(n)
        values = trial.answers(trial.net, batch.observation)  # (n, n_actions)
        error = values[rows, batch.action] - targets  # (n,)
        own = np.zeros_like(values)
        if trial.parts.learn:
            terms = batch.observation @ trial.coefficients.observation  # (n,)
            terms = terms + trial.coefficients.action * batch.action
            step = growth(float(np.sum(targets * terms)))
            parameters = trial.net.parameters()
            yield {name: -step * part for name, part in parameters.items()}
            # Of the mean squared error, as far as its own optimizer moves the network.
            own[rows, batch.action] = PLAIN_RATE * 2 * error / values.size
        else:
            weights = targets[:, None] * table[batch.action]  # (n, n_actions)
            yield trial.gradient(trial.net, batch.observation, weights)
            own[rows, batch.action] = np.clip(error, -1, 1) / n  # of the mean Huber loss
        yield trial.gradient(trial.net, batch.observation, own)

    def _double_targets(self) -> np.ndarray:
        """What the doubles answer to the right arguments, (n,)."""
        trial, batch, c = self.trial, self.batch, self.trial.coefficients
        value = trial.answers(trial.target_net, batch.next_observation) @ c.target_values
        if self.double:
            value = value + trial.answers(trial.net, batch.next_observation) @ c.online_values
        numbers = c.reward * batch.reward + c.terminated * batch.terminated
        return value + numbers + c.gamma * trial.settings.gamma

    def _true_targets(self) -> np.ndarray:
        """r + gamma V(s'), (n,)."""
        trial, batch = self.trial, self.batch
        target = trial.answers(trial.target_net, batch.next_observation)
        chooser = trial.answers(trial.net, batch.next_observation) if self.double else target
        value = target[np.arange(len(target)), chooser.argmax(axis=1)]
        return batch.reward + trial.settings.gamma * value * ~batch.terminated

    # --- what the calls say

    def expect_right_samples(self) -> None:
        """Raise CheckFailed unless a batch was sampled, of the size that the settings want."""
        if not self.samples:
            return
        sizes = self.trial.memory.get("sizes")
        right = self.trial.settings.batch_size
        expect(
            bool(sizes),
            "never_sampled",
            Message(
                "{reference} does not sample a batch from the memory: "
                "self.{memory}.sample(s.batch_size).",
                reference=self.reference,
                memory=self.trial.parts.memory_attribute,
            ),
        )
        expect(
            all(size == right for size in sizes),
            "fixed_batch_size",
            Message(
                "The agent's settings have batch_size = {right}, but {reference} samples {sizes}: "
                "use s.batch_size, not a fixed number.",
                right=right,
                reference=self.reference,
                sizes=", ".join(map(str, sizes)),
            ),
        )

    def _expect_right_calls(self) -> None:
        """Raise CheckFailed for the first argument that is not what it should be."""
        self._expect_right_targets_function()
        name = "double_targets" if self.double else "targets"
        if self.trial.count(name):
            self._expect_right_networks(name)
            self._expect_right_columns(name)
            self._expect_right_gamma(name)
        self.expect_loss_of_the_network()
        if self.trial.count("loss"):
            self._expect_right_columns("loss")
            self._expect_targets_passed_on(name)

    def _expect_right_targets_function(self) -> None:
        parts, trial = self.trial.parts, self.trial
        if not parts.double_targets:
            return
        plain, double = trial.count("targets"), trial.count("double_targets")
        expect(
            not (self.double and plain and not double),
            "never_double",
            Message(
                "With double=True the agent should learn Double DQN's targets, but {reference} "
                "calls {plain}: call {double}(self.net, self.target_net, ...).",
                reference=self.reference,
                plain=parts.targets,
                double=parts.double_targets,
            ),
        )
        expect(
            self.double or plain > 0 or double == 0,
            "never_plain",
            Message(
                "With double=False the agent should learn plain DQN's targets, but {reference} "
                "calls {double}: call {plain}(self.target_net, ...).",
                reference=self.reference,
                plain=parts.targets,
                double=parts.double_targets,
            ),
        )

    def _expect_right_networks(self, name: str) -> None:
        trial = self.trial
        target_net, net = self._given(name, "target_net"), self._given(name, "net")
        if name == "double_targets":
            expect(
                not (self._is(target_net, trial.net) and self._is(net, trial.target_net)),
                "networks_swapped",
                Message(
                    "The two networks are swapped: self.net chooses the action, self.target_net "
                    "gives its value. Call {function}(self.net, self.target_net, ...).",
                    function=trial.parts.double_targets,
                ),
            )
            expect(
                self._is(net, trial.net),
                "other_network_chooses",
                Message(
                    "The first argument of {function} should be self.net, which chooses the "
                    "action.",
                    function=trial.parts.double_targets,
                ),
            )
        expect(
            self._is(target_net, trial.target_net),
            "targets_from_the_network",
            Message(
                "The targets are not those of the target network: give self.target_net to "
                "{function}, not self.net. Otherwise the target moves with every update step.",
                function=self._function(name),
            ),
        )

    def _expect_right_columns(self, name: str) -> None:
        """The columns that a function got are those of the batch that was sampled."""
        for parameter in _COLUMNS:
            given = self._given(name, parameter)
            right = getattr(self.batch, parameter)
            if given is None or _same(given, right):
                continue
            self._name_the_column(name, parameter, given)

    def _name_the_column(self, name: str, parameter: str, given: object) -> None:
        trial, function = self.trial, self._function(name)
        _expect_different_rows(function, parameter, given, getattr(self.batch, parameter))
        later = trial.batch(1)
        expect(
            not _same(given, getattr(later, parameter)),
            "sampled_twice",
            Message(
                "{function} got the rows of a second batch: sample once for each update step, so "
                "that targets and loss are about the same rows.",
                function=function,
            ),
        )
        if parameter in ("next_observation", "observation"):
            other = "observation" if parameter == "next_observation" else "next_observation"
            expect(
                not _same(given, getattr(self.batch, other)),
                f"{parameter}_not_used",
                Message(
                    "{function} got the batch's {other} where {parameter} belongs.",
                    function=function,
                    other=other,
                    parameter=parameter,
                ),
            )
        scale = trial.settings.reward_scale
        if parameter == "reward":
            for factor, mistake, words in (
                (scale, "reward_scaled_twice", "scaled twice"),
                (1 / scale, "reward_not_scaled", "not scaled by reward_scale"),
            ):
                expect(
                    not _same(given, factor * self.batch.reward),
                    mistake,
                    Message(
                        "The rewards that {function} got are {words}.",
                        function=function,
                        words=words,
                    ),
                )
        expect(
            not _rows_left_out(given, getattr(self.batch, parameter)),
            "rows_repeated",
            Message(
                "Of the rows that {function} should learn from, some came several times and others "
                "not at all: each row of the batch comes once. Draw no rows in addition.",
                function=function,
            ),
        )
        raise CheckFailed(
            f"wrong_{parameter}",
            Message(
                "{function} did not get the batch's {parameter}. {difference} Pass it on "
                "unchanged, in the order of the parameters.",
                function=function,
                parameter=parameter,
                difference=_difference(given, getattr(self.batch, parameter)),
            ),
        )

    def _expect_right_gamma(self, name: str) -> None:
        given = self._given(name, "gamma")
        gamma = self.trial.settings.gamma
        expect(
            isinstance(given, (int, float, np.ndarray)) and _same(given, np.array(gamma)),
            "fixed_discount",
            Message(
                "The agent's settings have gamma = {gamma}, but {function} got {given}: use the "
                "discount of the settings, s.gamma, not a fixed number.",
                gamma=gamma,
                function=self._function(name),
                given=given,
            ),
        )

    def expect_loss_of_the_network(self) -> None:
        """Raise CheckFailed if the loss was called, but with another network than self.net."""
        if not self.trial.count("loss"):
            return
        expect(
            self._is(self._given("loss", "net"), self.trial.net),
            "the_wrong_network_learns",
            Message(
                "self.net has to learn: give it to {function}.", function=self._function("loss")
            ),
        )

    def _expect_targets_passed_on(self, name: str) -> None:
        if not self.trial.count(name):
            return
        targets = self.trial.calls[name].call("result", self.trial.count(name) - 1)
        given = self._given("loss", "targets")
        expect(
            isinstance(given, np.ndarray) and _same(given, np.asarray(targets)),
            "targets_not_passed_on",
            Message(
                "{loss} did not get the targets that {targets} returned: pass them on unchanged.",
                loss=self._function("loss"),
                targets=self._function(name),
            ),
        )

    # --- what the move says

    def _name_the_move(self, move: Parameters, right: Parameters) -> None:
        """The calls were right, the move is not. Raises CheckFailed."""
        called = self.trial.count("loss") > 0
        expect(
            called or not is_zero(move),
            "nothing_learned",
            Message(
                "{reference} changes no weight of self.net, and does not call {loss}.",
                reference=self.reference,
                loss=self._function("loss"),
            ),
        )
        expect(
            not is_zero(move),
            "gradient_lost",
            Message(
                "{reference} called {loss} with the right arguments, but no weight of self.net has "
                "moved. Nothing may come between the loss and its gradient: no clamp or clip of "
                "the loss, no item(), no detach(), no numpy().",
                reference=self.reference,
                loss=self._function("loss"),
            ),
        )
        part = _part(move, right)
        if alike(move, {name: (part * each).astype(np.float64) for name, each in right.items()}):
            expect(
                part > 0,
                "loss_negated",
                "The weights move *up* the loss: the error grows. Take the gradient of the loss as "
                "it is, without a minus.",
            )
            raise CheckFailed(
                "loss_scaled",
                Message(
                    "The weights move {part:.3g} times as far as one step with the gradient of the "
                    "loss brings them. Make one step of the optimizer for each call of "
                    "{reference}, with the gradient of the loss as it is.",
                    part=part,
                    reference=self.reference,
                ),
            )
        raise CheckFailed(
            "wrong_gradient",
            Message(
                "In {reference} the weights of self.net do not move as one step with the gradient "
                "of the loss would move them. Check: one batch; targets from its reward, "
                "next_observation and terminated and self.target_net; the loss of self.net for its "
                "observation, action and these targets; one step of the optimizer.",
                reference=self.reference,
            ),
        )

    def _given(self, name: str, parameter: str) -> object:
        """What a function got in its last call; None if it has no such parameter."""
        names = {"targets": PLAIN, "double_targets": DOUBLE, "loss": LOSS}[name]
        if parameter not in names:
            return None
        return self.trial.calls[name].call("given", self.trial.count(name) - 1, parameter)

    def _is(self, given: object, network: StudentObject) -> bool:
        return isinstance(given, StudentObject) and self.trial.student.same(given, network)

    def _function(self, name: str) -> str:
        parts = self.trial.parts
        return {
            "targets": parts.targets,
            "double_targets": parts.double_targets,
            "loss": parts.loss or parts.learn,
        }[name]


def scaled(batch: Batch, factor: float) -> Batch:
    """The batch with other rewards."""
    return replace(batch, reward=(factor * batch.reward).astype(np.float32))


def _same(given: object, right: np.ndarray) -> bool:
    array = np.asarray(given) if isinstance(given, (int, float, np.ndarray)) else None
    return (
        array is not None
        and array.shape == right.shape
        and np.allclose(array.astype(np.float64), right.astype(np.float64), rtol=1e-4, atol=1e-5)
    )


def _expect_different_rows(function: str, parameter: str, given: object, right: np.ndarray) -> None:
    """The column that a function got is not one row of the batch again and again."""
    expect(
        not _same_in_all_rows(given, right),
        "one_row_repeated",
        Message(
            "{function} got the same {parameter} in all {rows} rows: one step repeated, not "
            "{rows} steps. Where the batch is put together, take another step for each row.",
            function=function,
            parameter=parameter,
            rows=len(right),
        ),
    )


def _rows_left_out(given: object, right: np.ndarray) -> bool:
    """Whether each row of an argument is one of the batch, but not each of the batch is there."""
    if not isinstance(given, np.ndarray) or given.shape != right.shape or right.dtype.kind != "f":
        return False
    axes = tuple(range(2, right.ndim + 1))
    same = np.isclose(given[:, None], right[None]).all(axis=axes)  # (given rows, rows)
    return bool(same.any(axis=1).all() and not same.any(axis=0).all())


def _same_in_all_rows(given: object, right: np.ndarray) -> bool:
    """Whether all rows of an argument are alike, though those of the batch are not."""
    return (
        isinstance(given, np.ndarray)
        and given.shape == right.shape
        and given.dtype.kind == "f"
        and bool(np.all(given == given[0]))
        and bool(np.any(given != 0))
        and not np.all(right == right[0])
    )


def _difference(given: object, right: np.ndarray) -> Message:
    """Where an argument is not what it should be."""
    if not isinstance(given, np.ndarray):
        return Message("It got a {kind}.", kind=type(given).__name__)
    if given.shape != right.shape:
        return Message(
            "Its shape is {given}, that of the batch {right}.", given=given.shape, right=right.shape
        )
    differs = ~np.isclose(given.astype(np.float64), right.astype(np.float64), rtol=1e-4, atol=1e-5)
    first = tuple(int(index) for index in np.argwhere(differs)[0])
    return Message(
        "In row {row} it got {given}, the batch has {right}.",
        row=first[0],
        given=_number(given[first]),
        right=_number(right[first]),
    )


def _number(value: np.generic) -> str:
    """As it stands in a message."""
    return f"{value:.4g}" if value.dtype.kind == "f" else str(value)


def _led_by(move: Parameters, directions: list[Parameters], tolerance: float = 0.1) -> bool:
    """Whether a move is made of these directions, but for a small part of its length."""
    end = _in_one(move)
    ways = np.stack([_in_one(direction) for direction in directions], axis=1)  # (numbers, ways)
    parts = np.linalg.lstsq(ways, end, rcond=None)[0]
    return bool(np.linalg.norm(end - ways @ parts) <= tolerance * np.linalg.norm(end))


def _in_one(move: Parameters) -> np.ndarray:
    """All numbers of a move, one after the other."""
    return np.concatenate([part.ravel() for part in move.values()]).astype(np.float64)


def _part(move: Parameters, right: Parameters) -> float:
    """The number that brings the right move nearest to the one made."""
    pairs = [(move[name].ravel(), right[name].ravel()) for name in right]
    product = sum(float(np.dot(a, b)) for a, b in pairs)
    return product / max(sum(float(np.dot(b, b)) for _, b in pairs), 1e-30)
