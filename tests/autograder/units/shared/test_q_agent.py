"""What every Q-learning agent must do, whatever its functions do: its target network, its turns."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from autograder.checks.judge import judge
from autograder.checks.task import check
from autograder.units.shared.q_agent import (
    QAgentTask,
    expect_follows_every,
    expect_one_batch_each,
    expect_starts,
    play,
)
from autograder.units.shared.q_parts import QParts
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import message, mistakes

SEEDS = (1, 2)
COPY, STARTS, FOLLOWS = "target_network_is_a_copy", "starts", "follows"

#: An agent whose target network gets all weights at once, after every third batch.
AGENT = """
import torch

class Memory: pass
class Net(torch.nn.Module): pass
def td_targets(*_): raise NotImplementedError
def q_loss(*_): raise NotImplementedError
def copy(slow, fast): raise NotImplementedError

class Agent:
    def __init__(self, settings):
        self.settings = settings
        self.net, self.target_net = Net(), Net()
        copy(self.target_net, self.net)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=1.0)
        self.memory = Memory(100)
        self.steps = self.batches = 0

    def train(self, transition):
        self.steps += len(transition.action)
        self.memory.push(transition)
        if self.steps >= self.settings.start:
            self.learn()

    def learn(self):
        b = self.memory.sample(self.settings.batch_size)
        y = td_targets(self.target_net, b.reward, b.next_observation, b.terminated, 0.5)
        self.optimizer.zero_grad()
        q_loss(self.net, b.observation, b.action, y).backward()
        self.optimizer.step()
        self.batches += 1
        if self.batches % self.settings.interval == 0:
            copy(self.target_net, self.net)
"""


@dataclass
class Settings:
    batch_size: int = 4
    start: int = 4
    interval: int = 3


class AgentTask(QAgentTask):
    """An agent of other names than any unit's."""

    requires = ("Agent",)
    parts = QParts(
        agent="Agent",
        networks={"Net": ()},
        memory="Memory",
        memory_attribute="memory",
        follow=("copy", "target_net", "net"),
        loss="q_loss",
        like="Net",
        tensor_batches=True,
    )
    settings: ClassVar = {"batch_size": 4, "start": 4, "interval": 3}

    @check(points=1)
    def starts(self, student, random):
        with student.doubles():
            trial = self.trial(student, random, start=12)
            turns = play(trial, random, (5, 4, 3, 6, 2))
            expect_starts(trial, turns, due=3, setting="start")
            expect_one_batch_each(trial, turns)

    @check(points=1)
    def follows(self, student, random):
        with student.doubles():
            trial = self.trial(student, random)
            turns = play(trial, random, [4 + n % 3 for n in range(10)])
            expect_follows_every(trial, turns, "interval")


def judged(*edits, seed=1):
    source = AGENT
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    namespace = {"Settings": Settings}
    exec(source, namespace)
    return judge(AgentTask("unit/agent"), LocalStudent(namespace, "torch"), seed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "edits",
    [
        (),
        (
            (
                "copy(self.target_net, self.net)\n        self.optimizer",
                "self.target_net.load_state_dict(self.net.state_dict())\n        self.optimizer",
            ),
        ),
        (("self.steps >=", "len(self.memory) >="),),
    ],
    ids=["usual", "a copy of its own", "counts its memory"],
)
def test_a_right_agent_earns_all_points(edits, seed):
    result = judged(*edits, seed=seed)

    assert mistakes(result) == {}
    assert result.points == 3


FIRST = "copy(self.target_net, self.net)\n        self.optimizer"
LATER = "            copy(self.target_net, self.net)\n"


@pytest.mark.parametrize(
    ("old", "new", "name", "mistake", "says"),
    [
        (
            "self.net, self.target_net = Net(), Net()",
            "self.net = self.target_net = Net()",
            COPY,
            "target_aliased",
            "self.target_net and self.net are one and the same",
        ),
        (FIRST, "self.optimizer", COPY, "target_not_copied", "the same weights"),
        (
            FIRST,
            "self.target_net = [self.target_net]\n        self.optimizer",
            COPY,
            "no_network",
            "self.target_net should hold a network",
        ),
        ("            self.learn()", "            pass", STARTS, "never_starts", "no weight"),
        ("self.steps >=", "self.steps >", STARTS, "starts_too_late", "Write >="),
        ("self.steps >=", "2 * self.steps >=", STARTS, "starts_too_early", "after 9 steps"),
        (
            "            self.learn()",
            "            self.learn(); self.learn()",
            STARTS,
            "several_batches",
            "2 batches",
        ),
        ("self.memory.push(transition)", "pass", STARTS, "nothing_pushed", "self.memory.push"),
        (
            "self.memory.push(transition)",
            "self.memory.push(transition); self.memory.push(transition)",
            STARTS,
            "pushed_twice",
            "once in each",
        ),
        (LATER, "            pass\n", FOLLOWS, "target_never_follows", "never changed"),
        ("self.batches += 1", "self.batches = +1", FOLLOWS, "target_never_follows", "batches is 1"),
        (
            "self.batches % self.settings.interval",
            "self.batches % 1",
            FOLLOWS,
            "target_follows_always",
            "stands still",
        ),
        (
            "self.batches % self.settings.interval",
            "self.batches % 4",
            FOLLOWS,
            "fixed_interval",
            "after the batches 4, 8 of 10",
        ),
        (
            "self.batches % self.settings.interval",
            "self.batches % 5 % self.settings.interval",
            FOLLOWS,
            "wrong_interval",
            "after the batches 3, 5, 8, 10 of 10",
        ),
        (
            LATER,
            "            copy(self.net, self.target_net)\n",
            FOLLOWS,
            "wrong_direction",
            "in this order",
        ),
    ],
)
def test_a_wrong_agent_is_told_what_was_seen(old, new, name, mistake, says):
    result = judged((old, new))

    assert mistakes(result)[name] == mistake
    assert says in message(result, name)


def test_an_agent_without_a_copy_of_its_own_is_asked_no_more():
    result = judged((FIRST, "self.optimizer"))

    assert [check.mistake for check in result.checks[1:]] == ["not_reached", "not_reached"]
    assert result.points == 0


@pytest.mark.parametrize("change", ["0 - transition.terminated", "7 * transition.reward"])
def test_a_transition_that_is_changed_costs_one_check_and_not_those_that_count_turns(change):
    kept = f"self.memory.push(transition._replace(reward={change} + transition.reward))"

    assert mistakes(judged(("self.memory.push(transition)", kept))) == {
        STARTS: "transition_changed"
    }
