"""The loss of deep Q-learning: the mean Huber loss (Huber 1964) of the actions taken."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograder.checks.expect import (
    CheckFailed,
    KnownMistake,
    expect,
    expect_close,
    expect_shape,
    single_number,
)
from autograder.checks.raised import quoted
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.arguments import Arguments
from autograder.units.shared.distinct import all_distinct
from autograder.units.shared.examples.q_learning import HUBER, NO_GRADIENT
from autograder.units.shared.q_networks import NetworkMaker, QNetwork, plain_network
from autograder.units.shared.td_targets import ROWS, ArrayMaker
from autograder.units.shared.wording import TORCH, Wording
from autograder.worker.interface import Student, StudentError, Tensor

#: How far losses are apart that are told apart, beyond every tolerance.
APART = 0.02


def huber(error: np.ndarray) -> np.ndarray:
    """Quadratic near zero, linear beyond one; Huber (1964)."""
    size = np.abs(error)
    return np.where(size < 1, 0.5 * error**2, size - 0.5)


def _is_close(found: object, right: float) -> bool:
    return isinstance(found, np.ndarray) and bool(np.isclose(found, right, rtol=1e-3, atol=1e-3))


class HuberLossTask(Task):
    """`q_loss(net, observation, action, targets)`: mean Huber loss of Q(s, a), one number."""

    examples = (NO_GRADIENT, HUBER)

    def __init__(
        self,
        name: str,
        *,
        function: str = "q_loss",
        network: NetworkMaker = plain_network,
        arrays: ArrayMaker = Tensor,
        wording: Wording = TORCH,
    ) -> None:
        """network, arrays: put networks and batches into the form that the unit uses."""
        super().__init__(name, requires=(function,))
        self.function = function
        self.network = network
        self.arrays = arrays
        self.wording = wording

    @check(points=0, blocking=True)
    def a_single_number(self, student: Student, random: np.random.Generator) -> None:
        loss = self.loss(student, LossCase.draw(random, self.wording))
        expect(
            not isinstance(loss, float),
            "not_a_number",
            "The loss is a plain Python number: nothing can be differentiated any more. Return "
            "the tensor with the single number, without .item() or float().",
        )
        expect_shape(
            loss,
            (),
            "not_a_number",
            "The loss is one number for the whole batch: take the mean.",
        )

    @check(points=2)
    def value(self, student: Student, random: np.random.Generator) -> None:
        case = LossCase.draw(random, self.wording)
        found, right = self.loss(student, case), np.mean(huber(case.error))
        message = (
            "The loss should be the mean over the batch of the Huber loss of Q(s, a) - target, "
            "where Q(s, a) is each row's value of its *own* action. The Huber loss of x is x²/2 up "
            "to |x| = 1, and |x| − 1/2 beyond."
        )
        if not _is_close(found, right):
            message = Message.joined(message, self._single_rows(student, case))
        expect_close(
            found,
            right,
            "wrong_loss",
            message,
            known_mistakes=case.known_mistakes(self.wording),
            tolerance=1e-3,
        )

    @check(points=1)
    def only_the_chosen_action_learns(self, student: Student, random: np.random.Generator) -> None:
        case = LossCase.draw(random, self.wording)
        self._expect_arguments_unchanged(student, case)
        net = self.network(student, case.q.layers)
        # Put there first, they are not differentiated: a right answer may call `targets.numpy()`.
        given = map(student.put, case.arguments(self.arrays))
        found = student.gradients(self.function, net, *given, network=net)
        gradient = [array for array in found.parameters.values() if array is not None]
        if not gradient:
            raise CheckFailed(
                "graph_cut",
                Message(
                    "The loss does not depend on the network's weights any more: nothing would be "
                    "learned. Is there {cuts_the_graph}?",
                    cuts_the_graph=self.wording.cuts_the_graph,
                ),
            )
        last_bias = [array for array in gradient if array.shape == (case.q.n_actions,)]
        if not last_bias:
            raise CheckFailed("graph_cut", "The loss does not reach the network's last layer.")
        wanted = case.bias_gradient()
        if np.allclose(last_bias[-1], wanted, rtol=1e-3, atol=1e-3):
            return
        # A loss of another value pulls at the right outputs, too, but with another strength.
        pulls = (
            "The loss pulls at the wrong outputs: of each row only the value of the action that "
            "was taken should move, towards its target."
            if _is_close(self.loss(student, case), np.mean(huber(case.error)))
            else "The gradient of your loss is not that of the mean Huber loss: it moves each "
            "row's value of its own action to its target, by the error or, where that is larger "
            "than 1, by 1, divided by the number of rows."
        )
        expect_close(last_bias[-1], wanted, "wrong_gradient", pulls, tolerance=1e-3)

    def _single_rows(self, student: Student, case: LossCase) -> Message:
        """The student's loss for batches of a single row, beside the known one."""
        wrong: list[str] = []
        for error in (0.5, 2.0):
            try:
                found = self.loss(student, case.single(error))
            except StudentError as raised:
                text = quoted(raised, 200).splitlines()[0]
                return Message("Of a batch with a single row your code raises: {error}", error=text)
            right = float(huber(np.array(error)))
            if not isinstance(found, np.ndarray) or found.shape != ():
                return Message("")
            if not np.isclose(found, right, rtol=1e-3, atol=1e-3):
                wrong.append(f"error {error}: Huber loss {right:.3f}, yours {float(found):.3f}")
        if wrong:
            return Message(
                "In batches of a single row, with the last of {n_actions} actions: {wrong}.",
                n_actions=case.q.n_actions,
                wrong="; ".join(wrong),
            )
        return Message(
            "Of a single row your loss is right, of {rows} rows it is not: each row should meet "
            "only its own action and its own target.",
            rows=ROWS,
        )

    def loss(self, student: Student, case: LossCase) -> object:
        """The student's answer."""
        net = self.network(student, case.q.layers)
        return single_number(student.call(self.function, net, *case.arguments(self.arrays)))

    def _expect_arguments_unchanged(self, student: Student, case: LossCase) -> None:
        arguments = Arguments(student, *case.arguments(self.arrays))
        net = self.network(student, case.q.layers)
        student.call(self.function, net, *arguments.given)
        arguments.expect_unchanged(
            "arguments_changed",
            "The batch or the targets are not the same after the call. Compute with new ones (no "
            "-=, no assignment into an argument): they are needed again.",
            net,
        )


class LossCase(NamedTuple):
    """A batch whose loss is known: some errors are below one, some beyond."""

    q: QNetwork
    observation: np.ndarray  # (ROWS, 4) float32
    action: np.ndarray  # (ROWS,) int64, every action at least once
    targets: np.ndarray  # (ROWS,) float32

    @classmethod
    def draw(cls, random: np.random.Generator, wording: Wording) -> LossCase:
        """One in which no known mistake gives the right loss."""
        while True:
            q = QNetwork.draw(random)
            observation = random.normal(size=(ROWS, 4)).astype(np.float32)
            action = random.permutation(np.arange(ROWS) % q.n_actions)
            size = np.array([0.3, -0.6, 0.8, -1.7, 2.5, -3.1]) * random.uniform(0.9, 1.1, size=ROWS)
            targets = q.values(observation)[np.arange(ROWS), action] - random.permutation(size)
            case = cls(q, observation, action, targets.astype(np.float32))
            if all_distinct(np.mean(huber(case.error)), case.known_mistakes(wording), APART):
                return case

    def single(self, error: float) -> LossCase:
        """One row of this batch, whose Q(s, a) is larger than its target by this error."""
        row = int(np.argmax(self.action))  # a last action: its number is no row's
        value = self.error[row] + self.targets[row]
        targets = np.array([value - error], np.float32)
        return self._replace(
            observation=self.observation[[row]], action=self.action[[row]], targets=targets
        )

    @property
    def error(self) -> np.ndarray:
        """Q(s, a) - target, (ROWS,)."""
        return self.q.values(self.observation)[np.arange(ROWS), self.action] - self.targets

    def arguments(self, arrays: ArrayMaker) -> tuple[object, ...]:
        """As the student's function takes them, after the network."""
        return arrays(self.observation), arrays(self.action), arrays(self.targets)

    def bias_gradient(self) -> np.ndarray:
        """Derivative of the loss by the last layer's bias, (n_actions,)."""
        gradient = np.zeros(self.q.n_actions)
        np.add.at(gradient, self.action, np.clip(self.error, -1, 1) / ROWS)
        return gradient

    def known_mistakes(self, wording: Wording) -> tuple[KnownMistake, ...]:
        """The losses that typical mistakes lead to."""
        error = self.error
        return (
            *self._other_losses(error, wording),
            *self._other_values(error, wording),
            *self._other_curves(error, wording),
            *self._other_batches(error),
        )

    def _other_losses(self, error: np.ndarray, wording: Wording) -> tuple[KnownMistake, ...]:
        return (
            KnownMistake(
                "squared_error",
                np.mean(error**2),
                Message(
                    "This is the mean *squared* error. The Huber loss is quadratic only for small "
                    "errors and a straight line beyond 1, so that one surprise does not upset "
                    "everything: {huber_loss}.",
                    huber_loss=wording.huber_loss,
                ),
            ),
            KnownMistake(
                "absolute_error",
                np.mean(np.abs(error)),
                Message(
                    "This is the mean absolute error; near zero the Huber loss is a parabola: "
                    "{huber_loss}.",
                    huber_loss=wording.huber_loss,
                ),
            ),
            KnownMistake(
                "sum_instead_of_mean",
                np.sum(huber(error)),
                "This is the sum over the batch; take the mean, or the step grows with the batch.",
            ),
            KnownMistake(
                "sign_flipped",
                -np.mean(huber(error)),
                "The loss is negative: an optimizer would make the error large.",
            ),
        )

    def _other_curves(self, error: np.ndarray, wording: Wording) -> tuple[KnownMistake, ...]:
        """Another curve than Huber's with its corner at 1."""
        size = np.abs(error)
        squares = 0.5 * error**2
        corners = (0.1, 0.5, 2.0)
        other = Message(
            "This is a Huber loss whose straight part does not begin at 1 (delta or beta): leave "
            "it at 1, {huber_loss}.",
            huber_loss=wording.huber_loss,
        )
        return (
            *(
                KnownMistake(
                    "error_clipped",
                    np.asarray(factor * np.mean(np.clip(error, -1, 1) ** 2)),
                    "The error is cut to at most 1 and then squared: a large error then has no "
                    "gradient at all. The Huber loss goes on as a straight line, |error| - 1/2.",
                )
                for factor in (0.5, 1)
            ),
            KnownMistake(
                "negative_errors_squared",
                np.asarray(np.mean(np.where(error < 1, squares, error - 0.5))),
                "Large *negative* errors are squared. The condition is about the size: "
                "|error| < 1.",
            ),
            *(
                KnownMistake("other_corner", np.asarray(np.mean(values)), other)
                for corner in corners
                for values in (
                    np.where(size < corner, squares, corner * (size - corner / 2)),
                    np.where(size < corner, squares / corner, size - corner / 2),
                )
            ),
        )

    def _other_batches(self, error: np.ndarray) -> tuple[KnownMistake, ...]:
        """Something else is done with the batch than a mean over its rows."""
        targets = self.targets.astype(np.float64)
        taken = error + targets
        return (
            KnownMistake(
                "mean_over_all_actions",
                np.asarray(np.mean(huber(error)) / self.q.n_actions),
                "The loss is too small by the number of actions: the mean counts the zeros of the "
                "actions that were not taken, too. Divide by the number of rows.",
            ),
            KnownMistake(
                "huber_of_the_mean",
                huber(np.mean(error)),
                "First the mean of the errors is taken, in which errors above and below cancel. "
                "Take the Huber loss of each row's error, then the mean.",
            ),
            *(
                KnownMistake(
                    "targets_standardised",
                    np.asarray(
                        np.mean(huber(taken - (targets - targets.mean()) / targets.std(ddof=ddof)))
                    ),
                    "The targets are standardised over the batch. They are what Q(s, a) should "
                    "become: take them as they are.",
                )
                for ddof in (0, 1)
            ),
        )

    def _other_values(self, error: np.ndarray, wording: Wording) -> tuple[KnownMistake, ...]:
        values, targets = self.q.values(self.observation), self.targets.astype(np.float64)
        taken = error + targets
        return (
            KnownMistake(
                "rows_against_columns",
                np.mean(huber(taken[:, None] - targets[None, :])),
                "Each value was compared with *every* target: a column, shape (batch, 1), met a "
                "row, shape (batch,). Give both the shape (batch,).",
            ),
            KnownMistake(
                "columns_of_all_rows",
                np.mean(huber(values[:, self.action] - targets[None, :])),
                Message(
                    "values[:, action] takes the columns of all actions from every row, a table. "
                    "Take one number from each row: {chosen_values}.",
                    chosen_values=wording.chosen_values,
                ),
            ),
            KnownMistake(
                "max_instead_of_chosen",
                np.mean(huber(values.max(axis=1) - targets)),
                Message(
                    "This compares the *largest* Q-value with the target; learn about the action "
                    "that was taken: {chosen_values}.",
                    chosen_values=wording.chosen_values,
                ),
            ),
            KnownMistake(
                "always_the_first_action",
                np.mean(huber(values[:, 0] - targets)),
                "This takes the Q-value of action 0 in every row: each row has its own action.",
            ),
            KnownMistake(
                "all_actions",
                np.mean(huber(values - targets[:, None])),
                "All actions are drawn to the target; only the one that was taken is to learn.",
            ),
        )
