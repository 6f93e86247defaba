"""The update step of dqn_keras: the masked outputs move towards the targets."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.examples.networks import MASK
from autograder.units.shared.keras_networks import masked_network, without
from autograder.units.shared.networks import observations
from autograder.units.shared.q_networks import QNetwork
from autograder.worker.interface import Student, StudentError, StudentObject

FIT_IN_A_LOOP = (
    "You call net.fit (or net.predict). Both are made for large data sets: each call costs fifty "
    "times what the step itself does. Write net.train_on_batch(...)."
)


class LearnTask(Task):
    """`learn(net, observation, action, targets)`: an update step, and its loss."""

    requires = ("learn",)
    examples = (MASK,)

    @check(points=1, blocking=True)
    def only_the_action_taken_learns(self, student: Student, random: np.random.Generator) -> None:
        q, x = QNetwork.draw(random), observations(random, 6)
        values = q.values(x)
        action = random.permutation(np.arange(6) % q.n_actions)
        error = random.permutation(np.array([0.4, -0.9, 1.3, -2.0, 2.6, -3.1]))
        targets = (values[np.arange(6), action] - error).astype(np.float32)
        network = masked_network(student, q.layers)
        _use_plain_descent(network)
        with without(network, ["fit", "predict"], "fit_in_a_loop", FIT_IN_A_LOOP):
            _learn(student, network, x, action, targets)
        moved = q.layers[-1][1] - _last_bias(network)
        expect(
            bool(np.any(moved)),
            "nothing_learned",
            "The network has not changed. Call net.train_on_batch([observation, mask], answers).",
        )
        mask = np.eye(q.n_actions)[action]
        expect_close(
            moved,
            2 / mask.size * (mask * error[:, None]).sum(axis=0),
            "wrong_step",
            "The network moves, but not only Q(s, a) of the actions taken, or not towards the "
            "targets. The mask has a one at each row's own action, the answers have the row's "
            "target there.",
            known_mistakes=_wrong_steps(values, action, targets),
            tolerance=1e-3,
        )

    @check(points=1)
    def returns_the_loss(self, student: Student, random: np.random.Generator) -> None:
        q, x = QNetwork.draw(random), observations(random, 4)
        network = masked_network(student, q.layers)
        network.call("compile", loss="mse", optimizer="sgd", run_eagerly=True)
        targets = (q.values(x)[:, 1] + 2.0).astype(np.float32)
        # The last action does not occur: a one-hot encoding without a width is too narrow.
        loss = _learn(student, network, x, np.ones(4, np.int64), targets)
        expect_close(
            loss,
            np.array(4.0 / q.n_actions),
            "loss_not_returned",
            "learn should return the loss: what train_on_batch returns.",
            known_mistakes=(
                KnownMistake(
                    "answers_not_masked",
                    np.array((4.0 + (q.n_actions - 1) * np.mean(targets**2)) / q.n_actions),
                    "The answers hold the target at all actions, but the masked outputs are 0 "
                    "where the mask is 0: a loss that no learning can remove. Multiply the targets "
                    "with the one-hot encoding, too.",
                ),
            ),
            tolerance=1e-3,
        )


def _wrong_steps(
    values: np.ndarray, action: np.ndarray, targets: np.ndarray
) -> tuple[KnownMistake, ...]:
    """Moves of the last bias; values: (rows, n_actions), action and targets: (rows,)."""
    n_actions = values.shape[1]
    mask, other = np.eye(n_actions)[action], np.eye(n_actions)[(action + 1) % n_actions]
    column, scale = targets[:, None], 2 / mask.size
    return (
        KnownMistake(
            "mask_of_ones",
            scale * (values - mask * column).sum(axis=0),
            "The mask is all ones, so the actions that were not taken learn that they are worth 0. "
            "Use the one-hot encoding of the actions as the mask.",
        ),
        KnownMistake(
            "all_actions_learn",
            scale * (values - column).sum(axis=0),
            "All actions learn the target of the one that was taken: the mask has to be the "
            "one-hot encoding of the actions.",
        ),
        KnownMistake(
            "answers_without_targets",
            scale * (mask * (values - 1)).sum(axis=0),
            "The answers are the one-hot encoding itself: multiply it with the targets, "
            "one_hot * targets[:, None].",
        ),
        KnownMistake(
            "wrong_action",
            scale * (other * (values - column)).sum(axis=0),
            "The mask marks another action than the one taken.",
        ),
    )


def _last_bias(network: StudentObject) -> np.ndarray:
    """The last layer's bias, (n_actions,)."""
    return list(network.parameters().values())[-1]


def _use_plain_descent(network: StudentObject) -> None:
    """With plain gradient descent and the rate 1 a bias moves by its gradient."""
    network.call("compile", loss="mse", optimizer="sgd", run_eagerly=True)
    network.set("optimizer.learning_rate", 1.0)


def _learn(
    student: Student,
    network: StudentObject,
    observation: np.ndarray,
    action: np.ndarray,
    targets: np.ndarray,
) -> object:
    """Call the student's learn; errors whose cause is known become a sentence."""
    try:
        return student.call("learn", network, observation, action, targets)
    except StudentError as error:
        n_actions = len(_last_bias(network))
        if "NoneType" in error.message:
            raise  # a forbidden method
        expect(
            "broadcast" not in error.message or len(targets) == n_actions,
            "row_instead_of_column",
            Message(
                "A table of {rows} rows cannot be multiplied with a row of {rows} numbers: make "
                "the targets a column, targets[:, None]. The error: {error}",
                rows=len(targets),
                error=error.message[:200],
            ),
        )
        expect(
            action.max() == n_actions - 1,
            "one_hot_too_narrow",
            Message(
                "In this batch the last of {n_actions} actions does not occur, and your code "
                "raises an error: give the one-hot encoding its width, to_categorical(action, "
                "n_actions). The error: {error}",
                n_actions=n_actions,
                error=error.message[:200],
            ),
        )
        raise
