"""The update step of dqn_keras: the masked outputs move towards the targets."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close
from autograder.checks.raised import quoted
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.arguments import Arguments
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
        _compile(network)
        optimizer = network.get("optimizer")
        with without(network, ["fit", "predict"], "fit_in_a_loop", FIT_IN_A_LOOP):
            _learn(student, network, x, action, targets)
        expect(
            student.same(optimizer, network.get("optimizer")),
            "compiled_anew",
            "After the call the network has another optimizer than before. It was compiled in "
            "build_model, with alpha: learn should not compile it again.",
        )
        steps = int(np.asarray(network.get("optimizer.iterations")))
        expect(
            steps <= 1,
            "several_steps",
            Message(
                "One call of learn made {steps} update steps. Call net.train_on_batch once, with "
                "all {rows} rows.",
                steps=steps,
                rows=len(action),
            ),
        )
        moved = q.layers[-1][1] - _last_bias(network)
        expect(
            bool(np.any(moved)),
            "nothing_learned",
            "The network has not changed. Call net.train_on_batch([observation, mask], answers).",
        )
        _expect_step(moved, values, action, targets)

    @check(points=1)
    def returns_the_loss(self, student: Student, random: np.random.Generator) -> None:
        q, x = QNetwork.draw(random), observations(random, 4)
        network = masked_network(student, q.layers)
        _compile(network)
        targets = (q.values(x)[:, 1] + 2.0).astype(np.float32)
        # The last action does not occur: a one-hot encoding without a width is too narrow.
        loss, arguments = _learn(student, network, x, np.ones(4, np.int64), targets)
        arguments.expect_unchanged(
            "arguments_changed",
            "The arrays that learn was given are not the same after the call. Compute with new "
            "ones (no *=, no assignment into an argument): they are needed again.",
        )
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


def _expect_step(
    moved: np.ndarray, values: np.ndarray, action: np.ndarray, targets: np.ndarray
) -> None:
    """moved: the last bias before minus after, (n_actions,); values: (rows, n_actions)."""
    mask = np.eye(values.shape[1])[action]
    right = 2 / mask.size * (mask * (values - targets[:, None])).sum(axis=0)
    known = _wrong_steps(values, action, targets)
    if not any(np.allclose(moved, mistake.values, rtol=1e-3, atol=1e-3) for mistake in known):
        part = float(moved @ right / (right @ right))
        expect(
            abs(part - 1) < 0.01 or not np.allclose(moved, part * right, rtol=1e-3, atol=1e-3),
            "other_step_size",
            Message(
                "The right Q-values move towards their targets, but by {part:.3g} times the step. "
                "The answers should hold the targets themselves: the optimizer sees to the size "
                "of the step.",
                part=part,
            ),
        )
    expect_close(
        moved,
        right,
        "wrong_step",
        Message(
            "The biases of the {n} actions should move by {right}; yours moved by {moved}. Compare "
            "both arrays that train_on_batch gets with the text: the mask, 1 at each row's action, "
            "and the answers, the row's target at this action.",
            n=len(right),
            right=_numbers(-right),
            moved=_numbers(-moved),
        ),
        known_mistakes=known,
        tolerance=1e-3,
    )


def _numbers(values: np.ndarray) -> str:
    """As they stand in a message."""
    return ", ".join(f"{value:.3f}" for value in values)


def _wrong_steps(
    values: np.ndarray, action: np.ndarray, targets: np.ndarray
) -> tuple[KnownMistake, ...]:
    """Moves of the last bias; values: (rows, n_actions), action and targets: (rows,)."""
    n_actions = values.shape[1]
    mask, other = np.eye(n_actions)[action], np.eye(n_actions)[(action + 1) % n_actions]
    best = np.eye(n_actions)[values.argmax(axis=1)]
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
            "targets_of_other_rows",
            scale * (mask * (values - np.tile(targets, n_actions).reshape(mask.shape))).sum(axis=0),
            "The mask is right, but the answers hold the targets of other rows: np.tile repeats "
            "all targets, one after the other. Make them a column, targets[:, None].",
        ),
        KnownMistake(
            "wrong_action",
            scale * (other * (values - column)).sum(axis=0),
            "The mask marks another action than the one taken.",
        ),
        KnownMistake(
            "best_action_learns",
            scale * (best * (values - column)).sum(axis=0),
            "The mask marks the action that looks best in each row. Mark the action that was "
            "taken, the argument action.",
        ),
        KnownMistake(
            "error_instead_of_target",
            scale * (mask * (2 * values - column)).sum(axis=0),
            "The answers hold target - Q(s, a), so the network learns this difference. They should "
            "hold the target itself: the loss takes the difference.",
        ),
        KnownMistake(
            "away_from_the_targets",
            scale * (mask * (column - values)).sum(axis=0),
            "Q(s, a) moves away from the targets: the answers have the wrong sign somewhere.",
        ),
    )


def _last_bias(network: StudentObject) -> np.ndarray:
    """The last layer's bias, (n_actions,)."""
    return list(network.parameters().values())[-1]


def _compile(network: StudentObject) -> None:
    """With plain gradient descent and the rate 1 a bias moves by its gradient."""
    network.call("compile", loss="mse", optimizer="sgd", run_eagerly=True)
    network.set("optimizer.learning_rate", 1.0)


def _learn(
    student: Student,
    network: StudentObject,
    observation: np.ndarray,
    action: np.ndarray,
    targets: np.ndarray,
) -> tuple[object, Arguments]:
    """What the student's learn returns, and its arguments after the call.

    Errors whose cause is known become a sentence.
    """
    arguments = Arguments(student, observation, action, targets)
    try:
        return student.call("learn", network, *arguments.given), arguments
    except StudentError as error:
        if "cannot mix tensors" in error.message:  # only a model that runs eagerly refuses
            network.set("run_eagerly", False)
            network.set("train_function", None)
            return student.call("learn", network, *arguments.given), arguments
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
                error=quoted(error, 200),
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
                error=quoted(error, 200),
            ),
        )
        raise
