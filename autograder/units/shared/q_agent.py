"""A Q-learning agent of the student's: its parts by name, and what every such agent must do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.networks import observations
from autograder.units.shared.target_network import Parameters, expect_lags, same_parameters
from autograder.worker.interface import Student, StudentObject
from helpers.agents import Transition


@dataclass(frozen=True)
class AgentNames:
    """What a unit calls its agent, the agent's parts, and the settings that matter here.

    push: how the agent keeps a transition. learn: the method that learns from one batch.
    start: the setting that says how many transitions it waits for. follow: how its target network
    gets new weights. interval: the setting that says after how many batches.
    """

    cls: str
    memory: str = "memory"
    push: str = "self.memory.push(transition)"
    learn: str = "self.learn()"
    start: str = "learning_starts"
    follow: str = "soft_update(self.target_net, self.net, s.tau)"
    interval: str = ""


class QAgentTask(Task):
    """A task about a Q-learning agent, made from `Settings`."""

    names: AgentNames
    #: What differs from the notebook's settings in an agent of these checks.
    settings: ClassVar[Mapping[str, float]] = {}

    @check(points=1, blocking=True)
    def target_network_is_a_copy(self, student: Student, random: np.random.Generator) -> None:
        agent = self.agent(student)
        net, target_net = network_of(agent, "net"), network_of(agent, "target_net")
        expect(
            not student.same(net, target_net),
            "target_aliased",
            "self.target_net and self.net are one and the same network under two names. The target "
            "then moves with every step, and Q runs away: make a second network.",
        )
        expect(
            same_parameters(net.parameters(), target_net.parameters()),
            "target_not_copied",
            "At the start self.target_net should have the same weights as self.net.",
        )
        expect_lags(target_net, net)

    def agent(self, student: Student, **settings: float) -> StudentObject:
        """A fresh agent; settings: other ones than those of these checks."""
        given = student.call("Settings", **{**self.settings, **settings})
        agent = student.call(self.names.cls, given)
        if not isinstance(agent, StudentObject):
            raise CheckFailed(
                "no_agent", Message("{cls}(...) should make an agent.", cls=self.names.cls)
            )
        return agent


def network_of(agent: StudentObject, name: str) -> StudentObject:
    """The agent's network in this attribute. Raises CheckFailed if there is none."""
    network = agent.get(name)
    if not isinstance(network, StudentObject):
        raise CheckFailed(
            "no_network", Message("The agent should keep a network in self.{name}.", name=name)
        )
    return network


def changed(first: Parameters, second: Parameters) -> bool:
    """Whether any parameter is another one, be it by the last bit."""
    pairs = zip(first.values(), second.values(), strict=True)
    return any(not np.array_equal(a, b) for a, b in pairs)


def transitions(random: np.random.Generator, rows: int) -> Transition:
    """Steps of several cart poles, no two alike; some terminated, some truncated."""
    number = np.arange(rows)
    return Transition(
        observation=observations(random, rows),
        action=random.permutation(number % 2),
        reward=random.uniform(1, 3, size=rows).astype(np.float32),
        next_observation=observations(random, rows),
        terminated=number % 4 == 1,
        truncated=number % 4 == 2,
        episode=number,
    )


def expect_waits_for_its_memory(
    agent: StudentObject, names: AgentNames, random: np.random.Generator, batch: int
) -> None:
    """The agent, told to wait for three batches, learns once they are in its memory.

    batch: rows of each transition.
    """
    net = network_of(agent, "net")
    before = net.parameters()
    for number in (1, 2):
        agent.call("train", transitions(random, batch))
        expect(
            agent.call(f"{names.memory}.__len__") == number * batch,
            "nothing_pushed",
            Message(
                "After a call of train its rows should be in self.{memory}: {push}, once.",
                memory=names.memory,
                push=names.push,
            ),
        )
    expect(
        not changed(before, net.parameters()),
        "starts_too_early",
        Message(
            "With {start} = {wait} the network changed after {seen} steps. Call {learn} only when "
            "there have been {start} of them.",
            start=names.start,
            wait=3 * batch,
            seen=2 * batch,
            learn=names.learn,
        ),
    )
    agent.call("train", transitions(random, batch))
    expect(
        changed(before, net.parameters()),
        "never_starts",
        Message(
            "With {start} = {wait} the network should learn after {wait} steps, but no weight of "
            "self.net has changed. Does train call {learn}, and does self.net learn there?",
            start=names.start,
            wait=3 * batch,
            learn=names.learn,
        ),
    )


@dataclass(frozen=True)
class Follows:
    """How the target network of an agent follows, from batch to batch."""

    names: AgentNames
    #: Rows of each transition, and batches from one copy to the next.
    batch: int
    interval: int

    def expect(self, agent: StudentObject, random: np.random.Generator) -> None:
        """It gets the network's weights after every `interval` batches, and only then."""
        copies = self._copies(agent, random)
        due = Message(
            "With {setting} = {interval} it should follow every {interval} batches.",
            setting=self.names.interval,
            interval=self.interval,
        )
        expect(
            bool(copies),
            "target_never_follows",
            Message(
                "In {batches} batches the target network never changed. {due} Count the batches in "
                "self.batches and call {follow}.",
                batches=3 * self.interval,
                due=due,
                follow=self.names.follow,
            ),
        )
        expect(
            len(copies) < 3 * self.interval - 1,
            "target_follows_always",
            Message(
                "The target network follows after every batch: it no longer stands still. {due}",
                due=due,
            ),
        )
        expect(
            set(np.diff(copies)) == {self.interval},
            "wrong_interval",
            Message(
                "The target network followed after the batches {copies}. {due}",
                copies=copies,
                due=due,
            ),
        )

    def _copies(self, agent: StudentObject, random: np.random.Generator) -> list[int]:
        """After which batches the target network changed."""
        net, target_net = network_of(agent, "net"), network_of(agent, "target_net")
        online, copies = [net.parameters()], []
        known = target_net.parameters()
        for batch in range(3 * self.interval):
            agent.call("train", transitions(random, self.batch))
            online.append(net.parameters())
            found = target_net.parameters()
            expect(
                batch == 0 or changed(found, online[-1]) or changed(known, found),
                "wrong_direction",
                Message(
                    "The network was thrown back to the target network's weights: it is the target "
                    "network that follows, {follow}.",
                    follow=self.names.follow,
                ),
            )
            if changed(known, found):
                copies.append(batch + 1)
                # It may follow before the update step or after it.
                expect(
                    any(not changed(weights, found) for weights in online[-2:]),
                    "wrong_copy",
                    Message(
                        "The target network changed, but not to the network's weights: {follow}, "
                        "in this order.",
                        follow=self.names.follow,
                    ),
                )
            known = found
        return copies
