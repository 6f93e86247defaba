"""The naive agent of dqn_keras: no memory, no target network."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import expect
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.dqn_keras.agents import SETTINGS, parts
from autograder.units.shared.examples.q_learning import COLUMNS
from autograder.units.shared.q_agent import BATCH, GAMMA, changed, step_of, transitions
from autograder.units.shared.q_expected import UpdateStep
from autograder.units.shared.q_trial import Batch, QTrial, TrialSettings
from autograder.worker.interface import Student
from helpers.agents import Transition

PARTS = parts("AdvancedQAgent")


class NaiveTask(Task):
    """The agent that learns from its last steps, with targets of its own network."""

    requires = ("AdvancedQAgent",)
    examples = (COLUMNS,)

    @check(points=1, blocking=True)
    def learns_from_the_last_steps(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = _trial(student, random)
            before = trial.net.parameters()
            trial.agent.call("train", transitions(random, BATCH))
            expect(
                changed(before, trial.net.parameters()),
                "nothing_learned",
                "self.memory holds a whole batch, but replay changes no weight of self.net: call "
                "learn(self.net, ...) with the batch and its targets.",
            )
            expect(
                trial.count("loss") <= 1,
                "several_batches",
                Message(
                    "replay calls learn {calls} times: once for the batch.",
                    calls=trial.count("loss"),
                ),
            )

    @check(points=1)
    def targets_are_those_of_the_batch(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = _trial(student, random)
            steps = transitions(random, BATCH)
            weights = trial.net.parameters()
            move = step_of(trial, lambda: trial.agent.call("train", steps), rate=1.0)
            trial.net.set_parameters(weights)
            step = UpdateStep(trial, _batch(steps), double=False, reference="replay", samples=False)
            step.expect(move)


def _trial(student: Student, random: np.random.Generator) -> QTrial:
    settings = TrialSettings(SETTINGS, batch_size=BATCH, gamma=GAMMA, targets_from="net")
    return QTrial(student, random, PARTS, settings)


def _batch(steps: Transition) -> Batch:
    return Batch(
        steps.observation, steps.action, steps.reward, steps.next_observation, steps.terminated
    )
