"""The first agent: right ones pass in any style, each wrong one is named, others cost nothing."""

import numpy as np
import pytest
import torch
from torch import nn

from autograder.checks.judge import judge
from autograder.units.policy_network import UNIT
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import mistakes

TASK = UNIT.task("policy_network/first_agent")
PLAYS = "plays_the_action_that_was_drawn"
ENDS = "learns_when_its_episode_has_ended"
LEARNS = "learns_from_each_of_its_steps"


class PolicyNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return torch.softmax(self.head(x), dim=-1)


def unsolved(*arguments, **keywords):
    raise NotImplementedError


# Each of them is asked at its own exercise: here none of them is ever called.
choose_action = discounted_returns = normalise = policy_loss = unsolved


class Agent:
    """A right agent; each wrong one changes a method."""

    def __init__(self, gamma=0.99):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=5e-3)
        self.gamma = gamma

    def start_episode(self, observation):
        self.log_probs, self.rewards = [], []

    def act(self, observation):
        action, log_prob = self.choose(observation)
        self.log_probs.append(log_prob)
        return action.numpy()

    def choose(self, observation):
        return choose_action(self.net, observation)

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if self.ended(transition):
            self.learn()

    def ended(self, transition):
        return transition.terminated[0] or transition.truncated[0]

    def returns(self):
        return normalise(discounted_returns(self.rewards, self.gamma))

    def learn(self):
        self.step(policy_loss(torch.cat(self.log_probs), self.returns()))

    def step(self, loss):
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


def judged(seed=1, **methods):
    answers = {
        "FirstPolicy": type("FirstPolicy", (Agent,), methods),
        "PolicyNetwork": PolicyNetwork,
        "choose_action": choose_action,
        "discounted_returns": discounted_returns,
        "normalise": normalise,
        "policy_loss": policy_loss,
    }
    return judge(TASK, LocalStudent(answers, "torch"), seed)


@pytest.mark.parametrize("seed", range(5))
def test_a_right_agent_earns_all_points_though_nothing_else_is_solved(seed):
    result = judged(seed)

    assert mistakes(result) == {}
    assert result.points == 1


@pytest.mark.parametrize(
    "methods",
    [
        {
            "learn": lambda self: self.step(
                policy_loss(torch.stack(self.log_probs).squeeze(1), self.returns())
            )
        },
        {"ended": lambda self, t: bool((t.terminated | t.truncated).all())},
        {
            "learn": lambda self: self.step(
                3 * policy_loss(torch.cat(self.log_probs), self.returns()) / 3
            )
        },
    ],
)
def test_other_styles_earn_all_points(methods):
    assert mistakes(judged(**methods)) == {}


def swapped(self):
    self.step(policy_loss(self.returns(), torch.cat(self.log_probs)))


def two_steps(self, loss):
    self.optimizer.zero_grad()
    loss.backward()
    self.optimizer.step()
    self.optimizer.step()


def keeps_gradients(self, loss):
    loss.backward()
    self.optimizer.step()


def new_optimizer_for_each_episode(self, observation):
    Agent.start_episode(self, observation)
    self.optimizer = torch.optim.Adam(self.net.parameters(), lr=5e-3)


def new_optimizer(self, loss):
    optimizer = torch.optim.SGD(self.net.parameters(), lr=0.5)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def at_random(self, observation):
    _, log_prob = choose_action(self.net, observation)
    self.log_probs.append(log_prob)
    return np.random.randint(2, size=1)


def never_empties(self, observation):
    if not hasattr(self, "rewards"):
        self.log_probs, self.rewards = [], []


def empties_log_probs_only(self, observation):
    self.log_probs = []
    self.rewards = getattr(self, "rewards", [])


@pytest.mark.parametrize(
    ("methods", "check", "mistake"),
    [
        ({"act": at_random}, PLAYS, "other_action"),
        ({"act": lambda self, o: np.zeros(1, int)}, PLAYS, "choose_action_not_used"),
        ({"ended": lambda self, t: True}, ENDS, "learns_too_early"),
        ({"ended": lambda self, t: False}, ENDS, "never_learns"),
        ({"ended": lambda self, t: t.terminated[0]}, ENDS, "waits_where_truncated"),
        ({"ended": lambda self, t: t.terminated[0] ^ t.truncated[0]}, ENDS, "waits_where_both"),
        ({"ended": lambda self, t: t.truncated[0]}, ENDS, "waits_where_terminated"),
        ({"learn": swapped}, LEARNS, "arguments_swapped"),
        ({"step": two_steps}, LEARNS, "two_steps"),
        ({"step": keeps_gradients}, LEARNS, "zero_grad_missing"),
        ({"step": new_optimizer}, LEARNS, "another_optimizer"),
        ({"start_episode": new_optimizer_for_each_episode}, LEARNS, "another_optimizer"),
        ({"step": lambda self, loss: Agent.step(self, -loss)}, LEARNS, "step_uphill"),
        ({"start_episode": never_empties}, LEARNS, "other_rewards"),
        ({"start_episode": empties_log_probs_only}, LEARNS, "other_rewards"),
        (
            {"returns": lambda self: normalise(discounted_returns(self.rewards, 0.99))},
            LEARNS,
            "fixed_discount",
        ),
        (
            {"returns": lambda self: normalise(discounted_returns(self.rewards[::-1], self.gamma))},
            LEARNS,
            "other_rewards",
        ),
        (
            {"returns": lambda self: discounted_returns(self.rewards, self.gamma)},
            LEARNS,
            "returns_not_used",
        ),
        (
            {"learn": lambda self: self.step(policy_loss(self.log_probs[-1], self.returns()[-1:]))},
            LEARNS,
            "not_all_steps",
        ),
    ],
)
def test_a_wrong_agent_is_named_at_its_own_check(methods, check, mistake):
    found = mistakes(judged(**methods))

    assert found[check] == mistake
