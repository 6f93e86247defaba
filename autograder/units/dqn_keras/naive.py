"""The naive agent of dqn_keras: no memory, no target network."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.raised import quoted
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.dqn_keras.agents import SETTINGS, assertions_explained, parts
from autograder.units.shared.examples.q_learning import COLUMNS
from autograder.units.shared.q_agent import BATCH, GAMMA, changed, step_of, transitions
from autograder.units.shared.q_expected import UpdateStep
from autograder.units.shared.q_trial import Batch, QTrial, TrialSettings
from autograder.worker.interface import Student, StudentError
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
            _train(trial, transitions(random, BATCH))
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
            _expect_learns_again(trial, random)

    @check(points=1)
    def targets_are_those_of_the_batch(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            # A large part for terminated, so that a single wrong row shows.
            trial = _trial(student, random, terminated=20.0)
            # One more than a batch: without the first, no episode ends in the last row.
            steps = Transition(*(part[1:] for part in transitions(random, BATCH + 1)))
            move = step_of(trial, lambda: _train(trial, steps), rate=1.0)
            step = UpdateStep(trial, _batch(steps), double=False, reference="replay", samples=False)
            step.expect(move)
            floats = _columns_of_floats(trial)
        if floats:
            _expect_usable(student, steps, floats)


def _train(trial: QTrial, steps: Transition) -> None:
    """Call `train`; where an assertion of the notebook fails, say what it is about."""
    with assertions_explained(
        "One of the arrays has another shape. The tuples in self.memory hold, in this order: "
        "observation, action, reward, next_observation, terminated."
    ):
        trial.agent.call("train", steps)


def _expect_learns_again(trial: QTrial, random: np.random.Generator) -> None:
    """After the next step, the agent learns from the last BATCH steps again."""
    before = trial.net.parameters()
    _train(trial, transitions(random, 1))
    expect(
        changed(before, trial.net.parameters()),
        "learns_only_now_and_then",
        Message(
            "The agent learned when the first {batch} steps were there, but not after the next "
            "step. It should learn after every step, from the last {batch}: leave the steps in "
            "self.memory, whose maxlen drops the oldest ones.",
            batch=BATCH,
        ),
    )


def _columns_of_floats(trial: QTrial) -> list[str]:
    """Which of the columns without fractions were handed on as floats."""
    given = {"action": "loss", "terminated": "targets"}
    return [
        column
        for column, function in given.items()
        if trial.count(function)
        and isinstance(array := trial.calls[function].call("given", 0, column), np.ndarray)
        and array.dtype.kind == "f"
    ]


def _expect_usable(student: Student, steps: Transition, floats: list[str]) -> None:
    """Some functions compute with such floats, others do not: the student's own ones decide."""
    agent = student.call(PARTS.agent, student.call("Settings", **SETTINGS))
    try:
        agent.call("train", steps)
    except StudentError as error:
        raise CheckFailed(
            "floats_instead",
            Message(
                "replay makes floats of {columns}, and with these your own functions raise "
                "{kind}: {error}. np.array(...) without a dtype keeps whole numbers and booleans.",
                columns=" and ".join(floats),
                kind=error.kind,
                error=quoted(error, 200).rstrip("."),
            ),
        ) from None


def _trial(student: Student, random: np.random.Generator, **coefficients: float) -> QTrial:
    settings = TrialSettings(SETTINGS, batch_size=BATCH, gamma=GAMMA, targets_from="net")
    return QTrial(student, random, PARTS, settings, coefficients=coefficients)


def _batch(steps: Transition) -> Batch:
    return Batch(
        steps.observation, steps.action, steps.reward, steps.next_observation, steps.terminated
    )
