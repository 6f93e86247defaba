"""The agent of double_dqn_keras: its update step, when it learns, when its target follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from autograder.checks.expect import CheckFailed, expect, expect_close
from autograder.checks.task import check
from autograder.messages import Message
from autograder.units.double_dqn_keras.recorded import NO_NUMBERS, last_line
from autograder.units.shared.probes import (
    FEW_PROBES,
    ProbedAgent,
    add_probe_checks,
)
from autograder.units.shared.q_agent import (
    BATCH,
    GAMMA,
    RATE,
    QAgentTask,
    changed,
    expect_all_weights_move,
    expect_copied,
    expect_follows_every,
    expect_one_batch_each,
    expect_one_step,
    expect_starts,
    expect_transitions_unchanged,
    optimizer_of,
    play,
    with_plain_descent,
)
from autograder.units.shared.q_expected import UpdateStep
from autograder.units.shared.q_parts import QParts
from autograder.units.shared.q_trial import Batch, QTrial, moved
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor

#: Batches between two transfers of the weights, where they are counted; even, so that batches that
#: are counted twice show.
BATCHES = 6
#: Rows of the transitions that come in, one number for each call of train: 18 after three calls.
ROWS = (5, 7, 6, 4, 8)
#: Rows of a small batch, and how many differ where the way of the weights is looked at.
SMALL_BATCH = 6
#: Learning rate there: so small that the way is straight.
SLOW_RATE = 0.2

STEP_MISSING = (
    "gradient_step changes no weight of self.net: compute the loss inside the tape, then "
    "self.optimizer.apply(tape.gradient(loss, variables), variables)."
)


class UpdateTask(QAgentTask):
    """The update step with both kinds of targets, when it is made, and the transfers."""

    requires = ("DoubleDQNAgent",)
    parts = QParts(
        agent="DoubleDQNAgent",
        networks={"DQN": ("n_actions", "n_hidden_layers"), "new_network": ("n_hidden_layers",)},
        memory="ReplayBuffer",
        memory_attribute="buffer",
        push="add",
        follow=("transfer_weights", "target_net", "net"),
        double_targets="double_dqn_targets",
        loss="q_loss",
        keeps_scaled_rewards=False,
        like="DQN",
    )
    settings: ClassVar[Mapping[str, float]] = {
        "gamma": GAMMA,
        "reward_scale": 0.5,
        "batch_size": BATCH,
        "buffer_size": 300,
        "min_replay_size": BATCH,
        "target_update_freq": 1_000,
        "n_hidden_layers": 1,
    }

    @check(points=1, blocking=True)
    def a_step_moves_the_network_alone(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = self.trial(
                student, random, distinct_rows=SMALL_BATCH, coefficients={"offset": 0.5}
            )
            trial.separate()
            own = with_plain_descent(trial, SLOW_RATE)
            before, still = trial.net.parameters(), trial.target_net.parameters()
            _gradient_step(trial, trial.batch())
            expect(
                not changed(still, trial.target_net.parameters()),
                "target_learns",
                "gradient_step changes the target network: only self.net is to learn.",
            )
            step, after = _step(trial, double=True), trial.net.parameters()
            step.expect_loss_of_the_network()
            expect_all_weights_move(before, after, STEP_MISSING)
            expect(
                student.same(own, optimizer_of(trial.agent)),
                "optimizer_made_anew",
                "gradient_step makes a new optimizer. Adam then forgets what it knows of earlier "
                "gradients: make it once, in __init__.",
            )
            trial.net.set_parameters(before)
            step.expect_learned(moved(before, after, SLOW_RATE))

    @check(points=2)
    def double_and_plain_targets(self, student: Student, random: np.random.Generator) -> None:
        # Large losses of both signs: whoever cuts them loses the gradient.
        for double, offset in ((True, 300.0), (False, -300.0)):
            with student.doubles():
                trial = self.trial(student, random, coefficients={"offset": offset}, double=double)
                self._expect_right_step(trial, double)

    @check(points=1)
    def can_be_compiled(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = self.trial(student, random)
            before = trial.net.parameters()
            try:
                for _ in range(2):
                    trial.agent.call("compiled_step", *_tensors(trial.batch()))
            except StudentError as error:
                if error.kind not in NO_NUMBERS:
                    raise
                raise CheckFailed(
                    "leaves_tensorflow",
                    Message(
                        "Compiled by tf.function the step fails. Inside, there are no numbers yet, "
                        "only a recording: no .numpy(), no NumPy functions, no predict_on_batch, "
                        "no `if` that asks a tensor. TensorFlow's error: {error}",
                        error=last_line(error),
                    ),
                ) from None
            expect(
                changed(before, trial.net.parameters()),
                "compiled_step_learns_nothing",
                "Called as it is, gradient_step moves the weights; compiled, it does not. Compute "
                "everything inside gradient_step with TensorFlow.",
            )

    @check(points=1)
    def waits_until_the_memory_is_filled(
        self, student: Student, random: np.random.Generator
    ) -> None:
        with student.doubles():
            trial = self._quick_trial(student, random, min_replay_size=18)
            turns = play(trial, random, ROWS)
            expect_starts(trial, turns, due=3, setting="min_replay_size")
            expect_one_batch_each(trial, turns)
            expect_transitions_unchanged(turns)

    @check(points=1)
    def target_network_follows(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = self._quick_trial(student, random, target_update_freq=BATCHES)
            _expect_as_many_layers(trial)
            turns = play(trial, random, [SMALL_BATCH + n % 5 for n in range(2 * BATCHES + 1)])
            expect_follows_every(trial, turns, "target_update_freq")
        with student.doubles():
            trial = self._quick_trial(student, random, target_update_freq=1)
            trial.separate()
            before, start = trial.target_net.parameters(), trial.net.parameters()
            play(trial, random, [SMALL_BATCH])
            expect_copied(trial, before, start, trial.net.parameters())

    def probed_agent(self, student: Student, gamma: float) -> StudentObject:
        """An agent that learns in every `train`, and fast."""
        settings = student.call(
            "Settings",
            gamma=gamma,
            reward_scale=1.0,
            learning_rate=5e-3,
            batch_size=64,
            buffer_size=2_000,
            min_replay_size=64,
            target_update_freq=5,
            n_hidden_layers=1,
        )
        agent = student.call("DoubleDQNAgent", settings)
        if not isinstance(agent, StudentObject):
            raise CheckFailed("no_agent", "DoubleDQNAgent(...) should make an agent.")
        return agent

    def _expect_right_step(self, trial: QTrial, double: bool) -> None:
        trial.separate()
        plain = with_plain_descent(trial)
        before = trial.net.parameters()
        loss = _gradient_step(trial, trial.batch())
        move = moved(before, trial.net.parameters(), RATE)
        trial.net.set_parameters(before)
        expect_one_step(plain, move, "gradient_step")
        _step(trial, double).expect(move)
        if trial.count("loss"):
            expect_close(
                loss,
                np.asarray(trial.calls["loss"].call("result", 0)),
                "loss_not_returned",
                "gradient_step should return the loss.",
                tolerance=1e-3,
            )

    def _quick_trial(
        self, student: Student, random: np.random.Generator, **settings: float
    ) -> QTrial:
        """An agent whose step is not compiled: for a few batches that would take longer."""
        small = {"batch_size": SMALL_BATCH, "min_replay_size": SMALL_BATCH, **settings}
        trial = self.trial(student, random, **small)  # type: ignore[arg-type]
        trial.agent.set("compiled_step", _uncompiled_step(trial.agent))
        return trial


def _expect_as_many_layers(trial: QTrial) -> None:
    """Wherever a function made one of the agent's networks, it got the settings' number."""
    right = trial.settings.values["n_hidden_layers"]
    for name in UpdateTask.parts.networks:
        made = trial.calls[name]
        for call in range(trial.count(name)):
            network = made.call("result", call)
            if not any(trial.student.same(network, own) for own in (trial.net, trial.target_net)):
                continue
            given = made.call("given", call, "n_hidden_layers")
            expect(
                given == right,
                "other_number_of_layers",
                Message(
                    "With Settings(n_hidden_layers={right}), one of the agent's two networks was "
                    "made by {function} {given}. Both need as many hidden layers: "
                    "new_network(s.n_hidden_layers).",
                    right=right,
                    function=name,
                    given="without this number" if given is None else f"with {given}",
                ),
            )


def _step(trial: QTrial, double: bool) -> UpdateStep:
    return UpdateStep(trial, trial.batch(), double, reference="gradient_step", samples=False)


def _tensors(batch: Batch) -> list[Tensor]:
    return [
        Tensor(column)
        for column in (
            batch.observation,
            batch.action,
            batch.reward,
            batch.next_observation,
            batch.terminated,
        )
    ]


def _gradient_step(trial: QTrial, batch: Batch) -> object:
    return trial.student.call(_uncompiled_step(trial.agent), *_tensors(batch))


def _uncompiled_step(agent: StudentObject) -> Any:
    """gradient_step as it was written, where the student has decorated it with tf.function."""
    try:
        return agent.get("gradient_step.python_function")
    except StudentError:
        return agent.get("gradient_step")


def _q_values(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    return agent.call("net", Tensor(observation))


update = UpdateTask("double_dqn_keras/update")
add_probe_checks(
    update,
    ProbedAgent(make=update.probed_agent, values=_q_values, rounds=60),
    FEW_PROBES,
)
