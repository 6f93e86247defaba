"""The first agent with a critic: right ones pass, each wrong one is named at its own check."""

import pytest
import torch
from torch import nn

from autograder.checks.judge import judge
from autograder.units.actor_critic import UNIT
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import mistakes

TASK = UNIT.task("actor_critic/first_agent")
PLAYS = "plays_the_action_that_was_drawn"
ENDS = "learns_when_its_episode_has_ended"
LEARNS = "learns_from_each_of_its_steps"


class ActorCriticNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.policy, self.critic = nn.Linear(4, 8), nn.Linear(8, 2), nn.Linear(8, 1)


def unsolved(*arguments, **keywords):
    raise NotImplementedError


# Each of them is asked at its own exercise, or given: here none of them is ever called.
choose_action = discounted_returns = normalise = advantage = losses = unsolved


class Agent:
    """A right agent; each wrong one changes a method."""

    def __init__(self, gamma=0.99):
        self.net = ActorCriticNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=5e-3)
        self.gamma = gamma

    def start_episode(self, observation):
        self.memory, self.rewards = [], []

    def act(self, observation):
        action, log_prob, value = choose_action(self.net, observation)
        self.memory.append((log_prob, self.kept(value)))
        return action.numpy()

    def kept(self, value):
        return value

    def train(self, transition):
        self.rewards.append(float(transition.reward[0]))
        if self.ended(transition):
            self.learn()

    def ended(self, transition):
        return transition.terminated[0] or transition.truncated[0]

    def learn(self):
        log_probs, values = map(torch.cat, zip(*self.memory, strict=True))
        returns = normalise(discounted_returns(self.rewards, self.gamma))
        self.step(*self.losses(log_probs, values, returns))

    def losses(self, log_probs, values, returns):
        return losses(log_probs, advantage(returns, values), values, returns)

    def step(self, actor, critic):
        self.optimizer.zero_grad()
        (actor + critic).backward()
        self.optimizer.step()


def judged(seed=1, **methods):
    answers = {
        "FirstActorCritic": type("FirstActorCritic", (Agent,), methods),
        "ActorCriticNetwork": ActorCriticNetwork,
        "choose_action": choose_action,
        "discounted_returns": discounted_returns,
        "normalise": normalise,
        "advantage": advantage,
        "losses": losses,
    }
    return judge(TASK, LocalStudent(answers, "torch"), seed)


@pytest.mark.parametrize("seed", range(5))
def test_a_right_agent_earns_all_points_though_nothing_else_is_solved(seed):
    result = judged(seed)

    assert mistakes(result) == {}
    assert result.points == 1


def weighted(self, actor, critic):
    Agent.step(self, actor, 0.5 * critic)


def sum_of_stack(self, actor, critic):
    Agent.step(self, torch.stack([actor, critic]).sum(), 0)


@pytest.mark.parametrize("step", [weighted, sum_of_stack])
def test_other_styles_earn_all_points(step):
    assert mistakes(judged(step=step)) == {}


def two_steps(self, actor, critic):
    self.optimizer.zero_grad()
    actor.backward(retain_graph=True)
    critic.backward()
    self.optimizer.step()
    self.optimizer.step()


def keeps_gradients(self, actor, critic):
    (actor + critic).backward()
    self.optimizer.step()


def swapped(self, log_probs, values, returns):
    return losses(log_probs, advantage(values, returns), values, returns)


def returns_as_advantages(self, log_probs, values, returns):
    return losses(log_probs, returns, values, returns)


def value_after_the_time_limit(self, transition):
    self.rewards.append(float(transition.reward[0]) + 0.7 * float(transition.truncated[0]))
    if self.ended(transition):
        self.learn()


def empties_the_lists_of_the_class(self, observation):
    self.memory.clear()
    self.rewards.clear()


def empties_nothing(self, observation):
    if not hasattr(self, "memory"):
        self.memory, self.rewards = [], []


def empties_after_learning(self, actor, critic):
    Agent.step(self, actor, critic)
    self.memory, self.rewards = [], []


IN_THE_CLASS = {"memory": [], "rewards": [], "start_episode": empties_the_lists_of_the_class}
EMPTIED_AFTER_LEARNING = {
    "start_episode": empties_nothing,
    "step": empties_after_learning,
}


@pytest.mark.parametrize(
    ("methods", "check", "mistake"),
    [
        ({"ended": lambda self, t: len(self.rewards) % 64 == 0}, ENDS, "learns_too_early"),
        (
            {"ended": lambda self, t: Agent.ended(self, t) or len(self.rewards) == 5},
            ENDS,
            "learns_too_early",
        ),
        ({"train": value_after_the_time_limit}, LEARNS, "last_reward_changed"),
        (IN_THE_CLASS, LEARNS, "shared_memory"),
        (EMPTIED_AFTER_LEARNING, LEARNS, "other_rewards"),
        ({"ended": lambda self, t: True}, ENDS, "learns_too_early"),
        ({"ended": lambda self, t: False}, ENDS, "never_learns"),
        ({"ended": lambda self, t: t.terminated[0]}, ENDS, "waits_where_truncated"),
        ({"ended": lambda self, t: t.terminated[0] ^ t.truncated[0]}, ENDS, "waits_where_both"),
        ({"step": two_steps}, LEARNS, "two_steps"),
        ({"step": keeps_gradients}, LEARNS, "zero_grad_missing"),
        ({"step": lambda self, a, c: Agent.step(self, a, 0 * c)}, LEARNS, "critic_not_trained"),
        ({"step": lambda self, a, c: Agent.step(self, 0 * a, c)}, LEARNS, "policy_not_trained"),
        ({"step": lambda self, a, c: Agent.step(self, -a, c)}, LEARNS, "policy_uphill"),
        ({"step": lambda self, a, c: Agent.step(self, a, -c)}, LEARNS, "critic_uphill"),
        ({"kept": lambda self, value: value.detach()}, LEARNS, "argument_cut_off"),
        ({"losses": swapped}, LEARNS, "advantage_swapped"),
        ({"losses": returns_as_advantages}, LEARNS, "wrong_arguments"),
    ],
)
def test_a_wrong_agent_is_named_at_its_own_check(methods, check, mistake):
    assert mistakes(judged(**methods)).get(check) == mistake
