"""The agent of dqn: one update step, and what it learns in the probes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import check
from autograder.messages import Message
from autograder.units.shared.probes import ProbedAgent, add_probe_checks
from autograder.units.shared.q_agent import (
    BATCH,
    GAMMA,
    TAU,
    QAgentTask,
    expect_all_weights_move,
    expect_one_batch_each,
    expect_one_step,
    expect_own_optimizer,
    expect_starts,
    expect_transitions_unchanged,
    optimizer_of,
    play,
    step_of,
    with_plain_descent,
)
from autograder.units.shared.q_expected import UpdateStep
from autograder.units.shared.q_parts import QParts
from autograder.units.shared.q_trial import QTrial, alike, is_zero
from autograder.units.shared.target_network import Parameters
from autograder.worker.interface import Student, StudentError, StudentObject, Tensor

#: Rows of a batch that is ready before the agent begins to learn.
SMALL_BATCH = 6
#: No number of a gradient may be larger.
CLIP = 100.0
#: Learning rate where the way of the weights is looked at: so small that it is straight.
SLOW_RATE = 0.2
#: How large observations are that lead to gradients far beyond that, and the learning rate then.
LARGE, SMALL_RATE = 1e7, 1e-2
#: Added to the loss then, so that it is positive and beyond any bound.
OFFSET = 1e9
#: Rows of the transitions that come in, one number for each call of train.
ROWS = (5, 7, 6, 4, 8)

STEP_MISSING = (
    "learn changes no weight of self.net. Is there loss.backward() and, after it, "
    "self.optimizer.step(), with zero_grad() before both?"
)


class UpdateTask(QAgentTask):
    """One update step: a batch, its targets and loss, the optimizer, the target network."""

    requires = ("DQNAgent",)
    parts = QParts(
        agent="DQNAgent",
        networks={"DQN": ("n_observations", "n_actions", "hidden_size")},
        memory="ReplayMemory",
        memory_attribute="memory",
        follow=("soft_update", "target_net", "net", "tau"),
        loss="q_loss",
        like="DQN",
        tensor_batches=True,
    )
    settings: ClassVar[Mapping[str, float]] = {
        "batch_size": BATCH,
        "gamma": GAMMA,
        "tau": TAU,
        "reward_scale": 0.5,
        "memory_size": 300,
        "learning_starts": 18,
    }

    @check(points=1, blocking=True)
    def learn_moves_the_weights(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = self.trial(student, random)
            own = optimizer_of(trial.agent)
            before = trial.net.parameters()
            _learn(trial)
            _step_of_learn(trial).expect_loss_of_the_network()
            expect_all_weights_move(before, trial.net.parameters(), STEP_MISSING)
            expect(
                student.same(own, optimizer_of(trial.agent)),
                "optimizer_made_anew",
                "learn makes a new optimizer. AdamW then forgets what it knows of earlier "
                "gradients: make it once, in __init__.",
            )
        self._expect_learned(student, random)

    @check(points=1)
    def learns_what_the_batch_says(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            # A large loss: whoever cuts it loses its gradient.
            coefficients = {"follow": 0.0, "offset": 300.0}
            trial = self.trial(student, random, coefficients=coefficients)
            trial.separate()
            plain = with_plain_descent(trial)
            target = trial.target_net.parameters()
            move = step_of(trial, lambda: _learn(trial))
            followed = trial.target_net.parameters()
            trial.target_net.set_parameters(target)
            expect_one_step(plain, move, "learn")
            _step_of_learn(trial).expect(move, followed)

    @check(points=1)
    def learns_once_in_each_turn(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            # As in the notebook, a batch is smaller than what the memory holds by then.
            trial = self.trial(student, random, batch_size=SMALL_BATCH)
            turns = play(trial, random, ROWS)
            expect_starts(trial, turns, due=3, setting="learning_starts")
            expect_one_batch_each(trial, turns)
            expect_transitions_unchanged(turns)

    @check(points=1)
    def target_network_follows(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            # No gradient, so that only what follows moves.
            trial = self.trial(student, random, coefficients={"table": np.zeros((2, 2), "f")})
            trial.separate()
            before, start = trial.target_net.parameters(), trial.net.parameters()
            _learn(trial)
            now, end = trial.target_net.parameters(), trial.net.parameters()
            move = {name: now[name] - before[name] for name in now}
            right = [each for net in (start, end) for each in _moves(trial, before, net)]
            if not any(alike(move, each) for each in right):
                self._name_the_move(trial, move)

    @check(points=1)
    def old_gradients_are_cleared(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = self.trial(student, random, coefficients={"follow": 0.0})
            trial.separate()
            with_plain_descent(trial)
            target = trial.target_net.parameters()
            moves = []
            for _ in range(3):  # the third batch is the first one again
                moves.append(step_of(trial, lambda: _learn(trial)))
                trial.target_net.set_parameters(target)
            first, second, third = moves
            if alike(third, first):
                return
            both = {name: first[name] + second[name] for name in first}
            expect(
                not alike(third, both),
                "zero_grad_missing",
                "The gradients of the step before are still there: backward() adds to them. Call "
                "self.optimizer.zero_grad() before loss.backward().",
            )
            raise CheckFailed(
                "learns_differently_later",
                "The same batch and the same weights lead to another step when learn is called "
                "again. Only the networks, the memory and the optimizer may remember anything.",
            )

    @check(points=1)
    def gradients_are_clipped(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = self.trial(
                student, random, observations=LARGE, coefficients={"follow": 0.0, "offset": OFFSET}
            )
            plain = with_plain_descent(trial, SMALL_RATE)
            move = step_of(trial, lambda: _learn(trial), SMALL_RATE)
            expect_own_optimizer(plain, move, "learn")
            steps = max(int(plain.get("steps")), 1)
            gradients = np.concatenate([part.ravel() for part in move.values()]) / steps
            largest = float(gradients[np.abs(gradients).argmax()])
            expect(
                not is_zero(move),
                "large_gradients_lost",
                "With large errors learn moves no weight at all. Cut the *gradients* to at most "
                "100; a clamp or clip of the loss takes its gradient away.",
            )
            expect(
                abs(largest) <= CLIP * 1.001,
                "not_clipped",
                Message(
                    "A gradient of {largest:.0f} reached the optimizer. Between loss.backward() "
                    "and self.optimizer.step(), cut all that are larger than 100 or smaller than "
                    "-100: nn.utils.clip_grad_value_(self.net.parameters(), 100).",
                    largest=largest,
                ),
            )

    def probed_agent(self, student: Student, gamma: float) -> StudentObject:
        """An agent that learns in every `train`, and fast."""
        settings = student.call(
            "Settings",
            gamma=gamma,
            reward_scale=1.0,
            lr=5e-3,
            tau=0.4,
            batch_size=32,
            learning_starts=32,
            memory_size=4_000,
        )
        agent = student.call("DQNAgent", settings)
        if not isinstance(agent, StudentObject):
            raise CheckFailed("no_agent", "DQNAgent(...) should make an agent.")
        return agent

    def _expect_learned(self, student: Student, random: np.random.Generator) -> None:
        """A batch has moved the weights, not just anything. Raises CheckFailed."""
        with student.doubles():
            trial = self.trial(
                student,
                random,
                batch_size=SMALL_BATCH,
                distinct_rows=SMALL_BATCH,
                # Where the loss is, clamps to usual ranges let its gradient through.
                coefficients={"follow": 0.0, "offset": 0.5},
            )
            trial.separate()
            with_plain_descent(trial, SLOW_RATE)
            move = step_of(trial, lambda: _learn(trial), SLOW_RATE)
            _step_of_learn(trial).expect_learned(move)

    def _name_the_move(self, trial: QTrial, move: Parameters) -> None:
        """The target network did not go where it should. Raises CheckFailed."""
        calls = trial.count("follow")
        expect(
            calls > 0 or not is_zero(move),
            "target_never_follows",
            "learn leaves the target network where it was. Call soft_update at the end: "
            "soft_update(self.target_net, self.net, s.tau).",
        )
        expect(
            calls < 2,
            "follows_twice",
            Message("learn calls soft_update {calls} times: once for each batch.", calls=calls),
        )
        if calls:
            first = trial.calls["follow"].call("given", 0, "target_net")
            expect(
                not (isinstance(first, StudentObject) and trial.student.same(first, trial.net)),
                "wrong_direction",
                "The network follows the target network: the target network comes first, "
                "soft_update(self.target_net, self.net, s.tau).",
            )
            tau = trial.calls["follow"].call("given", 0, "tau")
            expect(
                not isinstance(tau, (int, float)) or abs(tau - TAU) < 1e-6,
                "fixed_tau",
                Message(
                    "The agent's settings have tau = {right}, but soft_update got {tau}: use "
                    "s.tau, not a fixed number.",
                    right=TAU,
                    tau=tau,
                ),
            )
        raise CheckFailed(
            "follows_wrongly",
            "In learn the target network does not go where one call of soft_update with the tau of "
            "the settings would bring it. Call it once in each learn, with s.tau, and let only the "
            "network learn.",
        )


def _learn(trial: QTrial) -> None:
    """Call learn; errors of PyTorch whose cause is known become a sentence."""
    try:
        trial.update("learn")
    except StudentError as error:
        if "nested_tensorlist" in error.message:
            _step_of_learn(trial).expect_loss_of_the_network()
            raise CheckFailed(
                "clipped_without_gradients",
                "clip_grad_value_ found no gradients to clip. Does it get the parameters of the "
                "network that learns, self.net? The order is zero_grad(), loss.backward(), "
                "clip_grad_value_.",
            ) from error
        if "does not require grad" in error.message:
            raise CheckFailed(
                "graph_cut",
                "backward() found nothing to differentiate: the loss does not depend on the "
                "weights of self.net. Do item(), detach(), numpy() or torch.no_grad() come between "
                "q_loss and backward()?",
            ) from error
        raise


def _step_of_learn(trial: QTrial) -> UpdateStep:
    return UpdateStep(trial, trial.batch(), double=False, reference="learn")


def _moves(trial: QTrial, before: Parameters, net: Parameters) -> list[Parameters]:
    """How the target network moves: by the double, and by what it stands in for."""
    pairs = [(name, before[name], own) for name, own in zip(before, net.values(), strict=True)]
    return [
        {name: trial.coefficients.follow * TAU * own for name, _, own in pairs},
        {name: TAU * (own - old) for name, old, own in pairs},
    ]


def _q_values(student: Student, agent: StudentObject, observation: np.ndarray) -> object:
    return agent.call("net", Tensor(observation))


update = UpdateTask("dqn/update")
add_probe_checks(update, ProbedAgent(make=update.probed_agent, values=_q_values))
