"""The agent of dqn_keras, with replay memory and target network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from autograder.checks.expect import expect
from autograder.checks.task import check
from autograder.messages import Message
from autograder.units.dqn_keras.agents import (
    BATCH,
    GAMMA,
    INTERVAL,
    REPLAY_INTERVAL,
    SETTINGS,
    for_targets,
    last_bias,
    own_learn_is_right,
    values_with_all_actions,
)
from autograder.units.shared.keras_networks import masked_network
from autograder.units.shared.probes import (
    DelayedReward,
    ProbedAgent,
    RewardFromBoth,
    TimeLimit,
    add_probe_checks,
)
from autograder.units.shared.q_agent import (
    AgentNames,
    Follows,
    QAgentTask,
    changed,
    expect_waits_for_its_memory,
    network_of,
    transitions,
)
from autograder.worker.interface import Student, StudentObject


class UpdateTask(QAgentTask):
    """The agent with memory and target network."""

    requires = ("DQNAgent",)
    names = AgentNames(
        cls="DQNAgent",
        learn="self.replay()",
        start="start_replay_step",
        follow="copy_weights(self.target_net, self.net)",
        interval="target_interval",
    )
    settings: ClassVar[Mapping[str, float]] = SETTINGS

    @check(points=1, blocking=True)
    def waits_then_learns_from_its_memory(
        self, student: Student, random: np.random.Generator
    ) -> None:
        agent = self.agent(student, start_replay_step=3 * BATCH)
        expect_waits_for_its_memory(agent, self.names, random, BATCH)

    @check(points=1)
    def learns_in_every_few_turns(self, student: Student, random: np.random.Generator) -> None:
        agent = self.agent(student, replay_interval=REPLAY_INTERVAL)
        net = network_of(agent, "net")
        weights, learned = net.parameters(), []
        for turn in range(1, 3 * REPLAY_INTERVAL + 1):
            # As many rows as cart poles still play.
            agent.call("train", transitions(random, BATCH + turn))
            found = net.parameters()
            if changed(weights, found):
                learned.append(turn)
            weights = found
        due = Message(
            "With replay_interval = {interval} a batch is due every {interval} turns.",
            interval=REPLAY_INTERVAL,
        )
        expect(
            len(learned) < 3 * REPLAY_INTERVAL - 1,
            "learns_in_every_turn",
            Message(
                "The agent learns a batch in every turn. {due} Call self.replay() only where "
                "self.turns % self.settings.replay_interval is 0.",
                due=due,
            ),
        )
        expect(
            set(np.diff(learned)) == {REPLAY_INTERVAL},
            "wrong_replay_interval",
            Message(
                "The agent learned in the turns {learned} of {turns}. {due} Every call of train is "
                "a turn, however many cart poles play: self.turns counts them.",
                learned=learned,
                turns=3 * REPLAY_INTERVAL,
                due=due,
            ),
        )

    @check(points=1)
    def targets_come_from_the_target_network(
        self, student: Student, random: np.random.Generator
    ) -> None:
        agent = self.agent(student)
        net, target_net = network_of(agent, "net"), network_of(agent, "target_net")
        steps = transitions(random, BATCH)._replace(
            reward=np.zeros(BATCH, np.float32), terminated=np.zeros(BATCH, dtype=bool)
        )
        # The target network may follow before the first batch. That one teaches nothing: 0 is
        # right.
        _answer_constantly(net, 0.0)
        _answer_constantly(target_net, 0.0)
        agent.call("train", steps)
        # The target network promises 20: towards 0.9 * 20 the 5 must rise. The network itself
        # promises 5: towards 0.9 * 5 it would fall.
        _answer_constantly(net, 5.0)
        _answer_constantly(target_net, 20.0)
        own = [
            float(np.mean(student.call("td_targets", network, *for_targets(steps), GAMMA)))
            for network in (net, target_net)
        ]
        if not own[0] < 5 < own[1] or not own_learn_is_right(student, random):
            return  # checked at their own exercises
        agent.call("train", steps)
        moved = last_bias(net) - 5.0
        expect(
            bool(np.all(moved >= 0)) and bool(np.any(moved > 0)),
            "targets_from_the_network",
            "The target network promised more than the network, and yet Q(s, a) fell. Give "
            "self.target_net to td_targets, and self.net to learn.",
        )

    @check(points=1)
    def the_target_network_follows_now_and_then(
        self, student: Student, random: np.random.Generator
    ) -> None:
        if not _own_copy_works(student):
            return  # checked at its own exercise
        Follows(self.names, BATCH, INTERVAL).expect(self.agent(student), random)

    def agent(self, student: Student, **settings: float) -> StudentObject:
        """A fresh agent with small batches, whose network learns without being compiled."""
        agent = super().agent(student, **settings)
        network_of(agent, "net").set("run_eagerly", True)
        return agent

    def probed_agent(self, student: Student, gamma: float) -> StudentObject:
        """An agent that learns in every `train`, and fast."""
        return super().agent(
            student,
            gamma=gamma,
            alpha=5e-3,
            batch_size=64,
            memory_size=2_000,
            start_replay_step=64,
            target_interval=5,
        )


def _answer_constantly(network: StudentObject, value: float) -> None:
    """Let the network give this value whatever it sees: no weights, only the last bias."""
    parameters = {name: np.zeros_like(array) for name, array in network.parameters().items()}
    last = list(parameters)[-1]
    parameters[last] = np.full_like(parameters[last], value)
    network.set_parameters(parameters)


def _own_copy_works(student: Student) -> bool:
    """Whether the student's own `copy_weights` copies."""
    layers = [[(np.full((4, 2), value, np.float32), np.zeros(2, np.float32))] for value in (0, 1)]
    target_net, net = (masked_network(student, given) for given in layers)
    student.call("copy_weights", target_net, net)
    return not changed(target_net.parameters(), net.parameters())


update = UpdateTask("dqn_keras/update")
#: Three probes only: a Keras model takes its time to be compiled.
add_probe_checks(
    update,
    ProbedAgent(make=update.probed_agent, values=values_with_all_actions, rounds=80),
    (DelayedReward(), RewardFromBoth(), TimeLimit()),
)
