"""The student's agent across the border: what it is told, in which order, in how many messages."""

import numpy as np
import pytest

from autograder.grading.notebook import Submission, SubmittedCell
from autograder.grading.session import Session
from autograder.sandbox.channel import Channel
from autograder.sandbox.remote_student import RemoteStudent
from autograder.worker.protocol import ProtocolError
from autograder.worker.rows import RowFormat, StepFormat
from helpers.agents import Transition

DIARY = """
import numpy as np
from helpers import AbstractAgent

class Diary(AbstractAgent):
    def __init__(self):
        self.pages = []
    def start_episode(self, observation):
        self.pages.append(["start", len(observation)])
        observation[:] = 0
    def act(self, observation, explore=True):
        self.pages.append(["act" if explore else "greedy", float(observation.sum())])
        observation[:] = 0  # its own copy
        return np.ones(len(observation), dtype=int)
    def train(self, transition):
        self.pages.append(["train", transition.reward.tolist()])
        transition.observation[:] = 0
"""
TWO = np.ones((2, 4), np.float32)


@pytest.fixture(scope="module")
def student():
    submission = Submission((SubmittedCell("cell", "code", DIARY, runs=True),))
    with Session(submission, None, sandboxed=True) as session:
        yield session.ask(lambda student: student, 20.0)


@pytest.fixture
def diary(student):
    return student.call("Diary")


@pytest.fixture
def agent(student, diary):
    return student.agent(diary, StepFormat(RowFormat("<f4", (4,)), RowFormat("<i8", ())))


@pytest.fixture
def messages(monkeypatch, agent):
    """How many steps were asked over the pipe."""
    sent = []
    step = Channel.step
    monkeypatch.setattr(Channel, "step", lambda *given: sent.append(given) or step(*given))
    return sent


def learned(reward):
    ended = np.zeros(2, dtype=bool)
    rewards = np.full(2, reward, np.float32)
    return Transition(TWO, np.ones(2, np.int64), rewards, TWO, ended, ended, np.arange(2))


def test_learning_the_start_of_episodes_and_acting_travel_together_in_this_order(
    agent, diary, messages
):
    agent.train(learned(7))
    agent.start_episode(TWO)
    actions = agent.act(TWO)

    assert actions.tolist() == [1, 1]
    assert diary.get("pages") == [["train", [7, 7]], ["start", 2], ["act", 8]]
    assert len(messages) == 1


def test_each_is_told_once(agent, diary):
    agent.start_episode(TWO)
    agent.act(TWO)
    agent.train(learned(7))
    agent.act(TWO, explore=False)
    agent.act(TWO)

    told = [["start", 2], ["act", 8], ["train", [7, 7]], ["greedy", 8], ["act", 8]]
    assert diary.get("pages") == told


def test_episodes_start_where_they_start_and_not_where_the_agent_acts(agent, diary):
    agent.start_episode(TWO)
    agent.act(3 * TWO[:1])

    assert diary.get("pages") == [["start", 2], ["act", 12]]


def test_what_nobody_acted_upon_is_told_before_what_follows(agent, diary):
    agent.start_episode(TWO)
    agent.start_episode(TWO[:1])
    agent.train(learned(7))
    agent.train(learned(8))
    agent.get_weights()

    told = [["start", 2], ["start", 1], ["train", [7, 7]], ["train", [8, 8]]]
    assert diary.get("pages") == told


@pytest.mark.parametrize("answer", [None, [], [1], [1, 2, 3], {"a": 1}])
def test_calls_of_methods_have_one_result_each(student, diary, monkeypatch, answer):
    monkeypatch.setattr(RemoteStudent, "_ask", lambda *given: answer)

    with pytest.raises(ProtocolError, match="one result for each call"):
        diary.call_many([("act", (TWO,)), ("act", (TWO,))])
