"""The update of actor_critic: right agents pass, each wrong one is named, others cost nothing."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch import nn

from autograder.checks.judge import judge
from autograder.units.actor_critic import UNIT
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import mistakes

TASK = UNIT.task("actor_critic/update")
ACTS = "act_answers_and_remembers"
LEARN = "both_heads_learn_when_the_batch_has_ended"
POLICY = "the_policy_follows_the_advantage"
CRITIC = "only_its_own_loss_moves_the_critic"
CLEARED = "old_gradients_are_cleared"


class ActorCriticNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.policy, self.critic = nn.Linear(4, 8), nn.Linear(8, 2), nn.Linear(8, 1)


class SavedAction(NamedTuple):
    log_prob: torch.Tensor
    value: torch.Tensor


def unsolved(*arguments, **keywords):
    raise NotImplementedError


# Each of them is asked at its own exercise: here none of them is ever called.
choose_action = discounted_returns = normalise = advantage = losses = unsolved


class Agent:
    """A right agent; each wrong one changes a method."""

    def __init__(self):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=5e-3)

    def start_episode(self, observation):
        self.memory, self.episodes = [], []
        self.rewards = [[] for _ in observation]
        self.running = len(observation)

    def act(self, observation):
        action, log_prob, value = choose_action(self.net, observation)
        self.memory.append(self.saved(action, log_prob, value))
        return action.numpy()

    def saved(self, action, log_prob, value):
        return SavedAction(log_prob, value)

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        self.running -= (transition.terminated | transition.truncated).sum()
        if self.running == 0:
            self.update(*self.remembered())

    def remembered(self):
        log_probs = torch.cat([saved.log_prob for saved in self.memory])
        values = torch.cat([saved.value for saved in self.memory])
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards, 0.99)
        return log_probs, values, normalise(returns)

    def update(self, log_probs, values, returns):
        policy_loss, value_loss = self.losses(log_probs, values, returns)
        self.optimizer.zero_grad()
        self.backward(policy_loss, value_loss)
        self.optimizer.step()

    def losses(self, log_probs, values, returns):
        return losses(log_probs, advantage(returns, values), values, returns)

    def backward(self, policy_loss, value_loss):
        (policy_loss + value_loss).backward()


def agent(**methods):
    """The right agent with other methods."""
    return type("ACPolicy", (Agent,), methods)


def judged(agent_class, seed=1, network=ActorCriticNetwork):
    answers = {
        "ACPolicy": agent_class,
        "ActorCriticNetwork": network,
        "choose_action": choose_action,
        "discounted_returns": discounted_returns,
        "normalise": normalise,
        "advantage": advantage,
        "losses": losses,
    }
    return judge(TASK, LocalStudent(answers, "torch"), seed)


@pytest.mark.parametrize("seed", range(5))
def test_a_right_agent_earns_all_points_though_nothing_else_is_solved(seed):
    result = judged(Agent, seed)

    assert mistakes(result) == {}
    assert result.points == 6


def test_an_agent_whose_network_is_not_solved_gets_one_of_the_checks():
    assert judged(Agent, network=unsolved).points == 6


class SavedWithAction(NamedTuple):
    log_prob: torch.Tensor
    value: torch.Tensor
    action: torch.Tensor


@dataclass(frozen=True, slots=True)
class Saved:
    log_prob: torch.Tensor
    value: torch.Tensor


def maximizes(self, *settings):
    Agent.__init__(self, *settings)
    self.optimizer = torch.optim.Adam(self.net.parameters(), lr=5e-3, maximize=True)


def kept_graph(self, policy_loss, value_loss):
    policy_loss.backward(retain_graph=True)
    value_loss.backward()


@pytest.mark.parametrize(
    "right",
    [
        agent(backward=lambda self, p, v: (p + 0.5 * v).backward()),
        agent(backward=lambda self, p, v: torch.stack([p, v]).sum().backward()),
        agent(backward=lambda self, p, v: torch.stack([p, v]).mean().backward()),
        agent(backward=kept_graph),
        agent(losses=lambda self, p, v, g: losses(p, g - v.detach(), v, g)),
        agent(saved=lambda self, a, p, v: Saved(p, v)),
        agent(saved=lambda self, a, p, v: SavedWithAction(p, v, a)),
        agent(__init__=maximizes, backward=lambda self, p, v: (-p - v).backward()),
    ],
    ids=[
        "half the critic's",
        "stacked",
        "mean of both",
        "two backwards",
        "own advantage",
        "data class",
        "action, too",
        "maximizes",
    ],
)
def test_unusual_right_agents_earn_all_points(right):
    result = judged(right)

    assert mistakes(result) == {}
    assert result.points == 6


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        (agent(saved=lambda self, a, p, v: p), "no_saved_action"),
        (agent(saved=lambda self, a, p, v: SavedAction(v, p)), "saved_in_the_wrong_order"),
        (agent(saved=lambda self, a, p, v: SavedAction(p.exp(), v)), "wrong_memory"),
        (agent(saved=lambda self, a, p, v: SavedAction(p.detach(), v)), "memory_cut_off"),
        (agent(saved=lambda self, a, p, v: SavedAction(p, v.detach())), "memory_cut_off"),
        (agent(act=lambda self, x: 1 - Agent.act(self, x)), "other_action"),
        (agent(act=lambda self, x: Agent.act(self, x + 1)), "wrong_question"),
        (agent(act=lambda self, x: np.zeros(len(x), int)), "choose_action_not_used"),
    ],
)
def test_what_act_does_wrong_ends_the_task(wrong, mistake):
    result = judged(wrong)

    assert mistakes(result) == {ACTS: mistake}
    assert result.points == 0


def two_steps(self, log_probs, values, returns):
    for number in (0, 1):
        self.optimizer.zero_grad()
        self.losses(log_probs, values, returns)[number].backward(retain_graph=True)
        self.optimizer.step()


def used_up(self, policy_loss, value_loss):
    policy_loss.backward()
    value_loss.backward()


def weights_kept_small(self, policy_loss, value_loss):
    small = sum((weight**2).sum() for weight in self.net.parameters())
    (policy_loss + value_loss + 0.1 * small).backward()


def one_head(self):
    Agent.__init__(self)
    self.optimizer = torch.optim.Adam(self.net.policy.parameters(), lr=5e-3)


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        (agent(backward=lambda self, p, v: p.backward()), "critic_not_trained"),
        (agent(backward=lambda self, p, v: v.backward()), "policy_not_trained"),
        (agent(backward=lambda self, p, v: None), "no_gradient"),
        (agent(backward=used_up), "two_backwards"),
        (agent(update=two_steps), "two_steps"),
        (agent(train=lambda self, transition: None), "losses_not_used"),
        (agent(__init__=one_head), "some_weights_unmoved"),
    ],
)
def test_an_agent_in_which_not_all_learns_ends_the_task(wrong, mistake):
    result = judged(wrong)

    assert mistakes(result) == {LEARN: mistake}
    assert result.points == 0


@pytest.mark.parametrize(
    ("parts", "check", "mistake"),
    [
        ({"backward": lambda self, p, v: (v - p).backward()}, POLICY, "policy_uphill"),
        ({"backward": lambda self, p, v: (p - v).backward()}, CRITIC, "critic_uphill"),
        ({"backward": lambda self, p, v: (p + 1e-3 * v).backward()}, CRITIC, "losses_weighted"),
        ({"backward": lambda self, p, v: (1e-3 * p + v).backward()}, POLICY, "losses_weighted"),
        (
            {"losses": lambda self, p, v, g: losses(p, g, v, g)},
            POLICY,
            "wrong_arguments",
        ),
        (
            {"losses": lambda self, p, v, g: losses(p, advantage(v, g), v, g)},
            POLICY,
            "advantage_swapped",
        ),
        (
            {"losses": lambda self, p, v, g: losses(p, g - v, v, g)},
            POLICY,
            "policy_moves_the_critic",
        ),
        (
            {"losses": lambda self, p, v, g: losses(p, advantage(g, v), v, advantage(g, v))},
            CRITIC,
            "wrong_arguments",
        ),
        (
            {"losses": lambda self, p, v, g: losses(p, advantage(g, v), v, g / g.std())},
            CRITIC,
            "changed_arguments",
        ),
    ],
)
def test_a_wrong_part_costs_its_point_and_is_named(parts, check, mistake):
    result = judged(agent(**parts))

    assert mistakes(result) == {check: mistake}
    assert result.points == 5


def first_32(self, log_probs, values, returns):
    Agent.update(self, log_probs[:32], values[:32], returns[:32])


def test_steps_that_are_left_out_are_seen():
    found = mistakes(judged(agent(update=first_32)))

    assert found[POLICY] == found[CRITIC] == "not_all_steps"


def never_cleared(self, log_probs, values, returns):
    self.backward(*self.losses(log_probs, values, returns))
    self.optimizer.step()


def test_old_gradients_cost_one_point():
    result = judged(agent(update=never_cleared))

    assert mistakes(result) == {CLEARED: "zero_grad_missing"}
    assert result.points == 5


@pytest.mark.parametrize(
    ("backward", "mistake"),
    [
        (lambda self, p, v: (1e3 * (p + v)).backward(), "other_step_size"),
        (lambda self, p, v: (1e-3 * (p + v)).backward(), "other_step_size"),
        (weights_kept_small, "something_else_moves"),
    ],
)
def test_a_step_of_another_size_or_with_another_term_follows_neither_loss(backward, mistake):
    result = judged(agent(backward=backward))

    assert {check: mistakes(result)[check] for check in (POLICY, CRITIC)} == {
        POLICY: mistake,
        CRITIC: mistake,
    }
