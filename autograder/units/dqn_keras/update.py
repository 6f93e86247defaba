"""The agent of dqn_keras, with replay memory and target network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import check
from autograder.messages import Message
from autograder.units.dqn_keras.agents import (
    SETTINGS,
    assertions_explained,
    parts,
    values_with_all_actions,
)
from autograder.units.shared.probes import (
    FEW_PROBES,
    ProbedAgent,
    add_probe_checks,
)
from autograder.units.shared.q_agent import (
    QAgentTask,
    Turn,
    expect_copied,
    expect_follows_every,
    expect_one_batch_each,
    expect_starts,
    expect_transitions_unchanged,
    play,
    step_of,
)
from autograder.units.shared.q_expected import UpdateStep
from autograder.units.shared.q_trial import QTrial
from autograder.worker.interface import Student, StudentObject

#: Turns between two batches, and batches between two copies, where these are counted. The second
#: is a multiple of the first and even, so that turns in place of batches show, and batches that are
#: counted twice.
TURNS, BATCHES = 2, 6
#: Rows of the transitions that come in, one number for each call of train: 18 after three calls.
ROWS = (5, 7, 6, 4, 8)
#: What an assertion about a batch that fails means.
OTHER_SHAPE = (
    "One of the arrays has another shape than a batch of s.batch_size steps. A batch has, in this "
    "order: observation, action, reward, next_observation, terminated."
)
#: Of a small batch, for agents that start early.
SMALL_BATCH = 6


class UpdateTask(QAgentTask):
    """When the agent learns, from what, and when its target network follows."""

    requires = ("DQNAgent",)
    parts = parts("DQNAgent")
    settings: ClassVar[Mapping[str, float]] = SETTINGS

    @check(points=0, blocking=True)
    def learns_from_its_memory(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = self.trial(student, random, batch_size=SMALL_BATCH, start_replay_step=18)
            step = _step_of_replay(trial)
            with assertions_explained(OTHER_SHAPE, step.expect_right_samples):
                turns = play(trial, random, ROWS)
            learns = any(turn.learned for turn in turns)
            if not learns:
                step.expect_loss_of_the_network()
            expect(
                learns,
                "never_starts",
                Message(
                    "With start_replay_step = 18 nothing was learned in {seen} steps: no weight of "
                    "self.net has changed. Does train call self.replay(), and does replay call "
                    "learn with self.net? Do all numbers in train come from self.settings?",
                    seen=sum(ROWS),
                ),
            )
        with student.doubles():
            trial = self.trial(
                student,
                random,
                batch_size=SMALL_BATCH,
                distinct_rows=SMALL_BATCH,
                target_interval=1_000,
            )
            trial.separate()
            move = step_of(trial, lambda: trial.update("replay"), rate=1.0)
            _step_of_replay(trial).expect_learned(move)

    @check(points=1)
    def waits_until_the_memory_is_filled(
        self, student: Student, random: np.random.Generator
    ) -> None:
        with student.doubles():
            trial = self.trial(student, random, batch_size=SMALL_BATCH, start_replay_step=18)
            turns = play(trial, random, ROWS)
            _expect_every_turn_due(turns, due=3)
            expect_starts(trial, turns, due=3, setting="start_replay_step")
            expect_transitions_unchanged(turns)

    @check(points=1)
    def learns_in_every_few_turns(self, student: Student, random: np.random.Generator) -> None:
        interval = TURNS + 1
        with student.doubles():
            trial = self.trial(
                student,
                random,
                batch_size=SMALL_BATCH,
                start_replay_step=SMALL_BATCH,
                replay_interval=interval,
            )
            turns = play(trial, random, range(SMALL_BATCH, SMALL_BATCH + 3 * interval + 1))
            expect_one_batch_each(trial, turns)
            learned = [number for number, turn in enumerate(turns, 1) if turn.learned]
            due = Message(
                "With replay_interval = {interval} a batch is due every {interval} turns.",
                interval=interval,
            )
            expect(
                len(learned) < len(turns) - 1,
                "learns_in_every_turn",
                Message(
                    "The agent learns a batch in every turn. {due} Call self.replay() only where "
                    "self.turns % self.settings.replay_interval is 0.",
                    due=due,
                ),
            )
            expect(
                len(learned) > 1 and set(np.diff(learned)) == {interval},
                "wrong_replay_interval",
                Message(
                    "Of {turns} turns the agent learned in these: {learned}. {due} Every call of "
                    "train is a turn, however many cart poles play: self.turns counts them.",
                    learned=", ".join(map(str, learned)),
                    turns=len(turns),
                    due=due,
                ),
            )

    @check(points=1)
    def learns_what_the_batch_says(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = self.trial(student, random, target_interval=1_000)
            trial.separate()
            target = trial.target_net.parameters()
            move = step_of(trial, lambda: trial.update("replay"), rate=1.0)
            followed = trial.target_net.parameters()
            trial.target_net.set_parameters(target)
            _step_of_replay(trial).expect(move, followed)

    @check(points=1)
    def target_network_follows(self, student: Student, random: np.random.Generator) -> None:
        with student.doubles():
            trial = self.trial(
                student,
                random,
                batch_size=SMALL_BATCH,
                start_replay_step=SMALL_BATCH,
                replay_interval=TURNS,
                target_interval=BATCHES,
            )
            # So unequal that steps in place of batches show.
            rows = [SMALL_BATCH + 4 * n % 7 for n in range(TURNS * (2 * BATCHES + 1))]
            turns = play(trial, random, rows)
            expect_follows_every(trial, turns, "target_interval")
        with student.doubles():
            trial = self.trial(student, random, target_interval=1)
            trial.separate()
            before, start = trial.target_net.parameters(), trial.net.parameters()
            trial.update("replay")
            expect_copied(trial, before, start, trial.net.parameters())

    def probed_agent(self, student: Student, gamma: float) -> StudentObject:
        """An agent that learns in every `train`, and fast."""
        settings = student.call(
            "Settings",
            gamma=gamma,
            reward_scale=1.0,
            alpha=5e-3,
            batch_size=64,
            memory_size=2_000,
            start_replay_step=64,
            replay_interval=1,
            target_interval=5,
        )
        agent = student.call("DQNAgent", settings)
        if not isinstance(agent, StudentObject):
            raise CheckFailed("no_agent", "DQNAgent(...) should make an agent.")
        return agent


def _step_of_replay(trial: QTrial) -> UpdateStep:
    return UpdateStep(trial, trial.batch(), double=False, reference="replay")


def _expect_every_turn_due(turns: Sequence[Turn], due: int) -> None:
    """An agent that is late has not left out turns, whose interval should be 1 here."""
    learned = [number for number, turn in enumerate(turns, 1) if turn.learned]
    late = bool(learned) and learned[0] > due
    expect(
        not late or learned == list(range(learned[0], len(turns) + 1)),
        "wrong_replay_interval",
        Message(
            "With replay_interval = 1 every turn is due, but of {turns} turns the agent learned in "
            "these: {learned}. Is the interval in your line a fixed number? Take replay_interval "
            "from the settings.",
            turns=len(turns),
            learned=", ".join(map(str, learned)),
        ),
    )


update = UpdateTask("dqn_keras/update")
add_probe_checks(
    update,
    ProbedAgent(make=update.probed_agent, values=values_with_all_actions, rounds=50),
    FEW_PROBES,
)
