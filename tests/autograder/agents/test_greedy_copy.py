"""The grader's copy of a network says what the network says, or there is none."""

import numpy as np
import pytest
import torch
from torch import nn

from autograder.agents.candidate import Candidate
from autograder.agents.dense_copy import MAX_PARAMETERS, dense_networks
from autograder.agents.greedy_copy import AgentTestedByCopy, matching_copy
from autograder.authoring.edits import Edit, edited, reference
from autograder.grading.session import Session
from autograder.sandbox.channel import Channel
from autograder.units import unit_named
from helpers.agents import Transition
from helpers.checkpoints import TEST_EPISODES, Checkpoints
from helpers.weights import get_weights

PROBE = np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)
ELSEWHERE = np.random.default_rng(1).normal(size=(500, 4)).astype(np.float32)


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.critic, self.policy = nn.Linear(4, 16), nn.Linear(16, 1), nn.Linear(16, 2)

    def forward(self, x):
        return torch.softmax(self.policy(torch.relu(self.hidden(x))), -1)


NETWORKS = {
    "linear": nn.Sequential(nn.Linear(4, 2)),
    "relu": nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2)),
    "tanh": nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 2)),
    "two_hidden_layers": nn.Sequential(
        nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2)
    ),
    "probabilities": nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2), nn.Softmax(-1)),
    "two_heads": TwoHeads(),
}
OTHERS = {
    "leaky_relu": nn.Sequential(nn.Linear(4, 16), nn.LeakyReLU(0.2), nn.Linear(16, 2)),
    "without_biases": nn.Sequential(nn.Linear(4, 16, bias=False), nn.Linear(16, 2, bias=False)),
    "too_large": nn.Sequential(nn.Linear(4, MAX_PARAMETERS // 5), nn.ReLU(), nn.LazyLinear(2)),
    "values_of_another_number": nn.Sequential(nn.Linear(4, 3)),
    "normalised": nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2)),
}


def copied(weights, observation, values, framework="torch"):
    return matching_copy(dense_networks(weights, framework, 4, 2), observation, values)


def said(network, observation):
    with torch.no_grad():
        return network(torch.as_tensor(observation)).numpy()


@pytest.mark.parametrize("name", NETWORKS)
def test_a_copy_says_what_the_network_says(name):
    network = NETWORKS[name]
    copy = copied(get_weights(network), PROBE, said(network, PROBE))

    assert np.array_equal(copy(ELSEWHERE).argmax(1), said(network, ELSEWHERE).argmax(1))


def test_a_copy_of_matrices_the_other_way_round():
    weights = [w.T for w in get_weights(NETWORKS["two_hidden_layers"])]
    values = said(NETWORKS["two_hidden_layers"], PROBE)

    assert copied(weights, PROBE, values, "tensorflow") is not None
    assert copied(weights, PROBE, values) is None


@pytest.mark.parametrize("name", OTHERS)
def test_other_networks_are_not_copied(name):
    network = OTHERS[name]
    values = said(network, PROBE)[:, :2]

    assert copied(get_weights(network), PROBE, values) is None


def test_a_network_that_says_something_else_is_not_copied():
    network = NETWORKS["relu"]

    assert copied(get_weights(network), PROBE, said(network, PROBE) * 1.01) is None


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e38])
def test_numbers_that_are_none_make_no_copy(value):
    weights = [np.full_like(weight, value) for weight in get_weights(NETWORKS["relu"])]

    assert copied(weights, PROBE, np.full((64, 2), value, np.float32)) is None


@pytest.fixture
def asked_steps(monkeypatch):
    """How many steps were asked over the pipe."""
    steps = []
    step = Channel.step
    monkeypatch.setattr(Channel, "step", lambda *given: steps.append(given) or step(*given))
    return steps


UNIT = unit_named("policy_network")
LEAKY = Edit("forward", "F.relu(", "F.leaky_relu(")


@pytest.fixture
def ask(course):
    """Ask about an agent in the sandbox: its copy-tested view, and the view over the pipe."""

    def asked(question, *edits):
        def with_agents(student):
            student.seed(1)
            candidate = Candidate.make(UNIT.agent, student)
            return question(AgentTestedByCopy(candidate), candidate.agent)

        with Session(edited(reference(UNIT, course), edits), "torch", sandboxed=True) as session:
            return session.ask(with_agents, 60)

    return asked


def played(agent):
    """The greedy agent's score in a test."""
    return Checkpoints("CartPole-v1", every=1, seed=1)._test(agent)


def test_a_test_is_played_by_a_copy_as_by_the_agent(ask, asked_steps):
    def question(by_copy, by_pipe):
        score = played(by_copy)
        few = len(asked_steps)
        return score, few, played(by_pipe), len(asked_steps) - few

    score, few, same_score, many = ask(question)

    assert score == same_score
    assert few == 1 < 8 < many


def test_a_network_that_cannot_be_copied_plays_itself(ask, asked_steps):
    def question(by_copy, by_pipe):
        score = played(by_copy)
        few = len(asked_steps)
        return score, few, played(by_pipe), len(asked_steps) - few

    score, few, same_score, many = ask(question, LEAKY)

    assert score == same_score
    assert few == 1 + many


def test_after_learning_the_copy_is_made_anew(ask):
    def question(by_copy, by_pipe):
        before = by_copy.act(ELSEWHERE, explore=False)
        observation = ELSEWHERE[:TEST_EPISODES]
        for _ in range(20):
            learn(by_copy, observation)
        return before, by_copy.act(ELSEWHERE, explore=False), by_pipe.act(ELSEWHERE, explore=False)

    before, after, right = ask(question)

    assert np.array_equal(after, right)
    assert not np.array_equal(before, after)


def learn(agent, observation):
    """Action 1 is good, action 0 is bad: one step of so many episodes."""
    n = len(observation)
    agent.start_episode(observation)
    action = agent.act(observation)
    ended = np.ones(n, dtype=bool)
    reward = np.where(action == 1, 1, -1).astype(np.float32)
    agent.train(Transition(observation, action, reward, observation, ended, ~ended, np.arange(n)))


def test_an_agent_that_does_something_else_than_its_network_plays_itself(ask):
    greedy = Edit("agent", "return SimplePolicy(gamma=0.99, lr=3e-2)", CONTRARY)

    def question(by_copy, by_pipe):
        return by_copy.act(ELSEWHERE, explore=False), by_pipe.act(ELSEWHERE, explore=False)

    by_copy, by_pipe = ask(question, greedy)

    assert np.array_equal(by_copy, by_pipe)


CONTRARY = """class Contrary(SimplePolicy):
        def act(self, observation, explore=True):
            return 1 - super().act(observation, explore)

    return Contrary(gamma=0.99, lr=3e-2)"""
