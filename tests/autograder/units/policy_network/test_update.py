"""The update of policy_network: right agents pass, each wrong one is named, others cost nothing."""

import numpy as np
import pytest
import torch
from torch import nn

from autograder.checks.judge import judge
from autograder.units.policy_network import UNIT
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import mistakes

TASK = UNIT.task("policy_network/update")
ACTS = "act_answers_and_remembers"
LEARNS = "learns_when_all_episodes_have_ended"
LIMIT = "an_episode_cut_by_the_time_limit_ends_too"
STEP = "a_step_lowers_the_loss"
CLEARED = "old_gradients_are_cleared"


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

    def __init__(self):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=5e-3)

    def start_episode(self, observation):
        self.memory, self.episodes = [], []
        self.rewards = [[] for _ in observation]
        self.running = len(observation)

    def act(self, observation):
        action, log_prob = choose_action(self.net, observation)
        self.remember(action, log_prob)
        return action.numpy()

    def remember(self, action, log_prob):
        self.memory.append(log_prob)

    def ended(self, terminated, truncated):
        return terminated | truncated

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        self.running -= self.ended(transition.terminated, transition.truncated).sum()
        if self.running == 0:
            self.update(*self.remembered())

    def remembered(self):
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, 0.99).float()
        return log_probs, normalise(returns)

    def update(self, log_probs, returns):
        self.optimizer.zero_grad()
        self.backward(self.loss(log_probs, returns))
        self.optimizer.step()

    def loss(self, log_probs, returns):
        return policy_loss(log_probs, returns)

    def backward(self, loss):
        loss.backward()


def agent(**methods):
    """The right agent with other methods."""
    return type("SimplePolicy", (Agent,), methods)


def judged(agent_class, seed=1, network=PolicyNetwork):
    answers = {
        "SimplePolicy": agent_class,
        "PolicyNetwork": network,
        "choose_action": choose_action,
        "discounted_returns": discounted_returns,
        "normalise": normalise,
        "policy_loss": policy_loss,
    }
    return judge(TASK, LocalStudent(answers, "torch"), seed)


@pytest.mark.parametrize("seed", range(5))
def test_a_right_agent_earns_all_points_though_nothing_else_is_solved(seed):
    result = judged(Agent, seed)

    assert mistakes(result) == {}
    assert result.points == 5


def test_an_agent_whose_network_is_not_solved_gets_one_of_the_checks():
    assert judged(Agent, network=unsolved).points == 5


def clipped(self, log_probs, returns):
    self.optimizer.zero_grad()
    policy_loss(log_probs, returns).backward()
    nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
    self.optimizer.step()


def with_momentum(self):
    Agent.__init__(self)
    self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1, momentum=0.9)


def cleared_at_the_end(self, log_probs, returns):
    policy_loss(log_probs=log_probs, returns=returns).backward()
    self.optimizer.step()
    self.optimizer.zero_grad()


@pytest.mark.parametrize(
    "right",
    [
        agent(update=clipped),
        agent(__init__=with_momentum),
        agent(update=cleared_at_the_end),
        agent(ended=lambda self, terminated, truncated: terminated + truncated),
        agent(backward=lambda self, loss: (0.5 * loss + 0.5 * loss).backward()),
    ],
    ids=["clipped", "momentum", "cleared at the end", "plus for or", "loss in halves"],
)
def test_unusual_right_agents_earn_all_points(right):
    result = judged(right)

    assert mistakes(result) == {}
    assert result.points == 5


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        (agent(remember=lambda self, action, log_prob: None), "nothing_remembered"),
        (agent(remember=lambda self, a, p: self.memory.extend([p, p])), "nothing_remembered"),
        (agent(remember=lambda self, a, p: self.memory.append(a)), "actions_remembered"),
        (agent(remember=lambda self, a, p: self.memory.append(p.exp())), "wrong_memory"),
        (agent(remember=lambda self, a, p: self.memory.append(p.detach())), "memory_cut_off"),
        (
            agent(act=lambda self, x: (Agent.act(self, x), 1 - self.memory.pop())[0] * 0),
            "nothing_remembered",
        ),
        (agent(act=lambda self, x: 1 - Agent.act(self, x)), "other_action"),
        (agent(act=lambda self, x: Agent.act(self, x)[:1]), "wrong_actions"),
        (agent(act=lambda self, x: Agent.act(self, x) / 1), "wrong_actions"),
        (agent(act=lambda self, x: Agent.act(self, x + 1)), "wrong_question"),
        (agent(act=lambda self, x: np.zeros(len(x), int)), "choose_action_not_used"),
        (
            agent(act=lambda self, x: (choose_action(self.net, x), Agent.act(self, x))[1]),
            "drawn_twice",
        ),
    ],
)
def test_what_act_does_wrong_ends_the_task(wrong, mistake):
    result = judged(wrong)

    assert mistakes(result) == {ACTS: mistake}
    assert result.points == 0


def after_each_step(self, transition):
    Agent.train(self, transition)
    if self.running:
        self.update(*self.remembered())


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        (agent(train=after_each_step), "learns_too_early"),
        (agent(train=lambda self, transition: None), "never_learns"),
        (agent(ended=lambda self, terminated, truncated: truncated), "only_truncated"),
        (agent(ended=lambda self, terminated, truncated: terminated & truncated), "both_needed"),
        (agent(ended=lambda self, a, b: np.all(a | b)), "one_flag_for_all"),
        (agent(backward=lambda self, loss: None), "no_gradient"),
        (agent(backward=lambda self, loss: loss.item()), "no_gradient"),
        (agent(loss=lambda self, *given: policy_loss(*given).detach()), "no_graph"),
        (agent(loss=lambda self, *given: policy_loss(*given).item()), "no_graph"),
        (
            agent(update=lambda self, *given: (Agent.update(self, *given), self.optimizer.step())),
            "two_steps",
        ),
    ],
)
def test_an_agent_that_does_not_learn_once_at_the_end_earns_nothing(wrong, mistake):
    result = judged(wrong)

    assert mistakes(result) == {LEARNS: mistake}
    assert result.points == 0


@pytest.mark.parametrize(
    ("ended", "mistake"),
    [
        (lambda self, terminated, truncated: terminated, "only_terminated"),
        (lambda self, terminated, truncated: terminated ^ truncated, "not_both_at_once"),
        (lambda self, terminated, truncated: terminated != truncated, "not_both_at_once"),
        (lambda self, terminated, truncated: np.any(terminated | truncated), "one_flag_for_all"),
    ],
)
def test_a_wrong_idea_of_an_end_costs_one_point_and_is_named(ended, mistake):
    result = judged(agent(ended=ended))

    assert mistakes(result) == {LIMIT: mistake}
    assert result.points == 4


def own_optimizer(self, log_probs, returns):
    optimizer = torch.optim.Adam(self.net.parameters(), lr=5e-3)
    optimizer.zero_grad()
    policy_loss(log_probs, returns).backward()
    optimizer.step()


def test_an_optimizer_made_anew_in_each_update_is_seen():
    assert mistakes(judged(agent(update=own_optimizer))) == {LEARNS: "another_optimizer"}


def only_the_bias(self):
    Agent.__init__(self)
    self.optimizer = torch.optim.Adam([self.net.head.bias], lr=5e-3)


def test_an_optimizer_without_all_weights_is_seen():
    assert mistakes(judged(agent(__init__=only_the_bias))) == {LEARNS: "some_weights_unmoved"}


@pytest.mark.parametrize(
    ("loss", "mistake"),
    [
        (lambda self, *given: -policy_loss(*given), "step_uphill"),
        (lambda self, *given: 3 * policy_loss(*given), "wrong_step"),
    ],
)
def test_a_wrong_step_costs_one_point(loss, mistake):
    result = judged(agent(loss=loss))

    assert mistakes(result) == {STEP: mistake}
    assert result.points == 4


@pytest.mark.parametrize(
    ("loss", "mistake"),
    [
        (lambda self, log_probs, returns: policy_loss(returns, log_probs), "arguments_swapped"),
        (lambda self, log_probs, returns: policy_loss(log_probs[:64], returns[:64]), None),
        (lambda self, p, returns: policy_loss(p, returns - returns.mean()), "wrong_arguments"),
    ],
)
def test_other_arguments_of_the_loss_are_named(loss, mistake):
    found = mistakes(judged(agent(loss=loss)))

    assert set(found) == {STEP, CLEARED}
    assert mistake is None or set(found.values()) == {mistake}


def never_cleared(self, log_probs, returns):
    policy_loss(log_probs, returns).backward()
    self.optimizer.step()


def test_old_gradients_cost_one_point():
    result = judged(agent(update=never_cleared))

    assert mistakes(result) == {CLEARED: "zero_grad_missing"}
    assert result.points == 4
