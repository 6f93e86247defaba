"""The update of actor_critic: right agents learn, each wrong one is named."""

from typing import NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Categorical

from autograder.checks.judge import RAISES, judge
from autograder.units.actor_critic.update import UpdateTask
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import verdicts

SEEDS = (1, 2)

ACT = "act_answers_and_remembers"
LEARN = "both_heads_learn_when_the_batch_has_ended"
POLICY = "the_policy_follows_the_advantage"
CRITIC = "only_its_own_loss_moves_the_critic"
CLEARED = "old_gradients_are_cleared"

update = UpdateTask("actor_critic/update")


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.make(16)

    def make(self, size):
        self.hidden = nn.Linear(4, size)
        self.policy = nn.Linear(size, 2)
        self.critic = nn.Linear(size, 1)

    def forward(self, x):
        x = F.relu(self.hidden(x))
        return F.softmax(self.policy(x), dim=-1), self.critic(x).squeeze(-1)


class DeepHeads(Network):
    """Heads of two layers, the critic's before the policy's, and a layer that nothing uses."""

    def make(self, size):
        self.critic = nn.Sequential(nn.Linear(size, 8), nn.ReLU(), nn.Linear(8, 1))
        self.policy = nn.Sequential(nn.Linear(size, 8), nn.ReLU(), nn.Linear(8, 2))
        self.hidden = nn.Linear(4, size)
        self.unused = nn.Linear(3, 3)


def choose_action(net, observation):
    probs, value = net(torch.as_tensor(observation, dtype=torch.float32))
    m = Categorical(probs)
    action = m.sample()
    return action, m.log_prob(action), value


def advantage(returns, values):
    return returns - values.detach()


def losses(log_probs, advantages, values, returns):
    return -(advantages * log_probs).mean(), F.smooth_l1_loss(values, returns)


class SavedAction(NamedTuple):
    log_prob: torch.Tensor
    value: torch.Tensor


class Agent:
    """Actor and critic for episodes of one step; each part can be replaced."""

    network = Network

    def __init__(self):
        self.net = self.network()
        self.optimizer = self.make_optimizer(self.net)

    def make_optimizer(self, net):
        return torch.optim.Adam(net.parameters(), lr=5e-3)

    def start_episode(self, observation):
        self.memory = []
        self.running = len(observation)

    def act(self, observation):
        action, log_prob, value = choose_action(self.net, observation)
        self.remember(log_prob, value)
        return self.answer(action)

    def remember(self, log_prob, value):
        self.memory.append(SavedAction(log_prob, value))

    def answer(self, action):
        return action.numpy()

    def ended(self, transition):
        return transition.terminated | transition.truncated

    def train(self, transition):
        self.running -= self.ended(transition).sum()
        if self.running == 0:
            returns = torch.tensor(transition.reward)
            self.update(self.memory[0][0], self.memory[0][1], returns - returns.mean())

    def advantages(self, returns, values):
        return advantage(returns, values)

    def losses(self, log_probs, values, returns):
        return losses(log_probs, self.advantages(returns, values), values, returns)

    def update(self, log_probs, values, returns):
        policy_loss, value_loss = self.losses(log_probs, values, returns)
        self.forget()
        self.learn(policy_loss, value_loss)

    def forget(self):
        self.optimizer.zero_grad()

    def learn(self, policy_loss, value_loss):
        (policy_loss + value_loss).backward()
        self.optimizer.step()


RIGHT = {"choose_action": choose_action, "advantage": advantage, "losses": losses}


def failures(agent, seed, **answers):
    """The checks that fail, and the mistake and message of each; those not reached left out."""
    student = LocalStudent({**RIGHT, "ACPolicy": agent, **answers}, "torch")
    return verdicts(judge(update, student, seed))


def named(agent, seed, **answers):
    return {name: mistake for name, (mistake, _) in failures(agent, seed, **answers).items()}


def changed(base=Agent, **parts):
    """An agent with some of its parts replaced."""
    return type("Changed", (base,), parts)


class TwoBackwardsOneStep(Agent):
    def learn(self, policy_loss, value_loss):
        policy_loss.backward(retain_graph=True)
        value_loss.backward()
        self.optimizer.step()


class ForgetsAfterTheStep(Agent):
    def forget(self):
        pass

    def learn(self, policy_loss, value_loss):
        super().learn(policy_loss, value_loss)
        self.optimizer.zero_grad()


class GradientDescent(Agent):
    def make_optimizer(self, net):
        return torch.optim.SGD(net.parameters(), lr=0.1)


class KeepsAShare(GradientDescent):
    """A share of the gradients of the update before stays."""

    share = 0.0

    def forget(self):
        for parameter in self.net.parameters():
            if parameter.grad is not None:
                parameter.grad *= self.share


class LearnsWithoutUpdate(Agent):
    """Its train learns, its update is empty."""

    def train(self, transition):
        super().update(*self.memory[0], torch.tensor(transition.reward))

    def update(self, log_probs, values, returns):
        pass


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "agent",
    [
        Agent,
        TwoBackwardsOneStep,
        ForgetsAfterTheStep,
        GradientDescent,
        LearnsWithoutUpdate,
        changed(network=DeepHeads),
        changed(make_optimizer=lambda self, net: torch.optim.RMSprop(net.parameters(), lr=1e-3)),
        changed(make_optimizer=lambda self, net: torch.optim.AdamW(net.parameters(), lr=0.1)),
        changed(advantages=lambda self, returns, values: returns - values.detach()),
        changed(answer=lambda self, action: action.numpy().astype(np.int32)),
        changed(answer=lambda self, action: action.numpy().astype(np.uint8)),
        changed(remember=lambda self, *saved: self.memory.append(list(saved))),
        changed(KeepsAShare, share=0.94),
    ],
)
def test_a_right_agent_earns_all_points(agent, seed):
    assert named(agent, seed) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_sums_learn_like_means(seed):
    def sums(log_probs, advantages, values, returns):
        policy_loss, value_loss = losses(log_probs, advantages, values, returns)
        return policy_loss * len(returns), value_loss * len(returns)

    agent = changed(
        losses=lambda self, log_probs, values, returns: sums(
            log_probs, advantage(returns, values), values, returns
        )
    )

    assert named(agent, seed, losses=sums) == {}


def test_the_checks_give_these_points():
    assert {check.name: check.points for check in update.checks} == {
        ACT: 1,
        LEARN: 2,
        POLICY: 1,
        CRITIC: 1,
        CLEARED: 1,
    }
    assert [check.name for check in update.checks if check.blocking] == [ACT, LEARN]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("agent", "mistake", "said"),
    [
        (
            changed(answer=lambda self, action: action[0].item()),
            "wrong_actions",
            "one action for each row",
        ),
        (changed(answer=lambda self, action: action.tolist()), "wrong_actions", "NumPy array"),
        (changed(answer=lambda self, action: None), "wrong_actions", "NumPy array"),
        (
            changed(answer=lambda self, action: action.numpy()[:, None]),
            "wrong_actions",
            "one action for each row",
        ),
        (changed(answer=lambda self, action: action.numpy()[:2]), "wrong_actions", "each row"),
        (
            changed(answer=lambda self, action: action.numpy().astype(float)),
            "wrong_actions",
            "one action for each row",
        ),
        (changed(remember=lambda self, *saved: None), "nothing_remembered", "append"),
        (
            changed(remember=lambda self, *saved: self.memory.extend([saved, saved])),
            "nothing_remembered",
            "one entry",
        ),
        (
            changed(remember=lambda self, *saved: setattr(self, "memory", {"saved": saved})),
            "nothing_remembered",
            "one entry",
        ),
        (
            changed(remember=lambda self, log_prob, value: self.memory.append(log_prob)),
            "no_saved_action",
            "SavedAction(log_prob, value)",
        ),
        (
            changed(remember=lambda self, log_prob, value: self.memory.append((log_prob,))),
            "no_saved_action",
            "SavedAction(log_prob, value)",
        ),
        (
            changed(remember=lambda self, *saved: self.memory.append((*saved, 1))),
            "no_saved_action",
            "SavedAction(log_prob, value)",
        ),
        (
            changed(remember=lambda self, log_prob, value: self.memory.append((value, log_prob))),
            "saved_in_the_wrong_order",
            "log-probabilities first",
        ),
        (
            changed(remember=lambda self, log_prob, value: self.memory.append((log_prob,) * 2)),
            "saved_in_the_wrong_order",
            "log-probabilities first",
        ),
        (
            changed(remember=lambda self, log_prob, value: self.memory.append((value,) * 2)),
            "saved_in_the_wrong_order",
            "log-probabilities first",
        ),
        (
            changed(
                remember=lambda self, log_prob, value: self.memory.append((log_prob.exp(), value))
            ),
            "wrong_memory",
            "SavedAction.log_prob is not",
        ),
        (
            changed(
                remember=lambda self, log_prob, value: self.memory.append((log_prob, value + 1))
            ),
            "wrong_memory",
            "SavedAction.value is not",
        ),
        (
            changed(remember=lambda self, log_prob, value: self.memory.append((log_prob, None))),
            "wrong_memory",
            "not None",
        ),
    ],
)
def test_what_act_does_wrong_ends_the_task(agent, mistake, said, seed):
    found = failures(agent, seed)

    assert list(found) == [ACT]
    assert found[ACT][0] == mistake
    assert said in found[ACT][1]


class TwoBackwards(Agent):
    def learn(self, policy_loss, value_loss):
        policy_loss.backward()
        value_loss.backward()
        self.optimizer.step()


class BackwardAfterTheStep(Agent):
    def learn(self, policy_loss, value_loss):
        (policy_loss + value_loss).backward(retain_graph=True)
        self.optimizer.step()
        policy_loss.backward()


class TwoSteps(Agent):
    """The second step moves one head only."""

    def learn(self, first, second):
        first.backward(retain_graph=True)
        self.optimizer.step()
        self.optimizer.zero_grad()
        second.backward()
        self.optimizer.step()


class TwoStepsCriticFirst(TwoSteps):
    def learn(self, policy_loss, value_loss):
        super().learn(value_loss, policy_loss)


class DetachedMemory(Agent):
    detached = 0

    def remember(self, *saved):
        kept = list(saved)
        kept[self.detached] = kept[self.detached].detach()
        self.memory.append(SavedAction(*kept))


class FailsWhileLearning(Agent):
    def learn(self, policy_loss, value_loss):
        raise ValueError("no idea")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("agent", "mistake", "said"),
    [
        (TwoBackwards, "two_backwards", "used up the graph"),
        (BackwardAfterTheStep, "two_backwards", "one backward() and one step()"),
        (TwoSteps, "two_steps", "made two steps"),
        (TwoStepsCriticFirst, "two_steps", "made two steps"),
        (changed(TwoSteps, network=DeepHeads), "two_steps", "made two steps"),
        (FailsWhileLearning, RAISES, "no idea"),
        (
            changed(learn=lambda self, policy_loss, value_loss: policy_loss.backward()),
            "step_missing",
            "no weight has changed",
        ),
        (
            changed(learn=lambda self, policy_loss, value_loss: self.optimizer.step()),
            "step_missing",
            "no weight has changed",
        ),
        (changed(ended=lambda self, transition: transition.terminated), "step_missing", "ended"),
        (changed(ended=lambda self, transition: transition.truncated), "step_missing", "ended"),
        (
            changed(learn=lambda self, policy_loss, _: Agent.learn(self, policy_loss, 0)),
            "critic_not_trained",
            "The policy head learned, the critic head did not move",
        ),
        (
            changed(learn=lambda self, _, value_loss: Agent.learn(self, 0, value_loss)),
            "policy_not_trained",
            "The critic head learned, the policy head did not move",
        ),
        (
            changed(make_optimizer=lambda self, net: torch.optim.Adam(net.policy.parameters())),
            "critic_not_trained",
            "the critic head did not move",
        ),
        (
            changed(make_optimizer=lambda self, net: torch.optim.SGD(net.critic.parameters(), 0.1)),
            "policy_not_trained",
            "the policy head did not move",
        ),
        (changed(DetachedMemory, detached=0), "policy_not_trained", "no detach"),
        (changed(DetachedMemory, detached=1), "critic_not_trained", "no detach"),
    ],
)
def test_an_agent_that_does_not_learn_with_both_heads_ends_the_task(agent, mistake, said, seed):
    found = failures(agent, seed)

    assert list(found) == [LEARN]
    assert found[LEARN][0] == mistake
    assert said in found[LEARN][1]


class PolicyMissing(Network):
    def make(self, size):
        super().make(size)
        self.actor = self.policy
        del self.policy

    def forward(self, x):
        x = F.relu(self.hidden(x))
        return F.softmax(self.actor(x), dim=-1), self.critic(x).squeeze(-1)


class CriticMissing(Network):
    def make(self, size):
        super().make(size)
        self.judge = self.critic
        del self.critic

    def forward(self, x):
        x = F.relu(self.hidden(x))
        return F.softmax(self.policy(x), dim=-1), self.judge(x).squeeze(-1)


@pytest.mark.parametrize("network", [PolicyMissing, CriticMissing])
def test_a_network_without_both_heads_is_named(network):
    found = failures(changed(network=network), 1)

    assert list(found) == [LEARN]
    assert found[LEARN][0] == "layers_missing"
    assert "fix forward first" in found[LEARN][1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("base", [Agent, GradientDescent])
@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        (
            {
                "learn": lambda self, policy_loss, value_loss: Agent.learn(
                    self, -policy_loss, value_loss
                )
            },
            {POLICY: "policy_uphill"},
        ),
        (
            {
                "learn": lambda self, policy_loss, value_loss: Agent.learn(
                    self, policy_loss, -value_loss
                )
            },
            {CRITIC: "critic_uphill"},
        ),
        (
            {
                "learn": lambda self, policy_loss, value_loss: Agent.learn(
                    self, -policy_loss, -value_loss
                )
            },
            {POLICY: "policy_uphill", CRITIC: "critic_uphill"},
        ),
        ({"advantages": lambda self, returns, values: returns}, {POLICY: "advantage_not_used"}),
        (
            {"advantages": lambda self, returns, values: returns - values},
            {CRITIC: "policy_moves_the_critic"},
        ),
        ({"forget": lambda self: None}, {CLEARED: "zero_grad_missing"}),
    ],
    ids=[
        "policy uphill",
        "critic uphill",
        "both uphill",
        "returns for advantages",
        "advantages not detached",
        "no zero_grad",
    ],
)
def test_a_step_in_the_wrong_direction_is_named(base, parts, wrong, seed):
    assert named(changed(base, **parts), seed) == wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_most_of_the_old_gradients_must_be_gone(seed):
    assert named(changed(KeepsAShare, share=0.96), seed) == {CLEARED: "zero_grad_missing"}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "answers",
    [
        {"losses": lambda *steps: tuple(-loss for loss in losses(*steps))},
        {"losses": lambda log_probs, *others: (-log_probs.mean(), losses(log_probs, *others)[1])},
        {"losses": lambda log_probs, *others: (log_probs.mean(), losses(log_probs, *others)[1])},
        {"advantage": lambda returns, values: values.detach() - returns},
        {"advantage": lambda returns, values: returns - values},
    ],
    ids=[
        "uphill losses",
        "advantages ignored",
        "advantages ignored uphill",
        "advantage flipped",
        "advantage leaks",
    ],
)
def test_a_mistake_of_another_exercise_costs_nothing_here(answers, seed):
    own = {**RIGHT, **answers}

    def own_losses(self, log_probs, values, returns):
        advantages = own["advantage"](returns, values)
        return own["losses"](log_probs, advantages, values, returns)

    assert named(changed(losses=own_losses), seed, **answers) == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("sign", "wrong"), [(1, {}), (-1, {CRITIC: "critic_uphill"})])
def test_the_critic_may_learn_the_return_as_advantage_plus_value(sign, wrong, seed):
    def from_advantages(log_probs, advantages, values, returns):
        return_again = (advantages + values).detach()
        return losses(log_probs, advantages, values, return_again)

    def learn(self, log_probs, values, returns):
        advantages = advantage(returns, values)
        policy_loss, value_loss = from_advantages(log_probs, advantages, values, returns)
        return policy_loss, sign * value_loss

    assert named(changed(losses=learn), seed, losses=from_advantages) == wrong


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "other",
    [
        lambda action, log_prob, value: (action, log_prob, value[:, None]),
        lambda action, log_prob, value: (action, log_prob.mean(), value),
    ],
    ids=["value with an extra dimension", "one log-probability for all"],
)
def test_steps_of_the_wrong_shape_are_blamed_on_choose_action(other, seed):
    def chosen(net, observation):
        return other(*choose_action(net, observation))

    class ActsByItself(Agent):
        """Remembers what choose_action answers, but learns from what is right."""

        def act(self, observation):
            action, log_prob, value = chosen(self.net, observation)
            self.remember(log_prob, value)
            self.seen = observation
            return self.answer(action)

        def train(self, transition):
            _, log_prob, value = choose_action(self.net, self.seen)
            self.update(log_prob, value, torch.tensor(transition.reward))

    found = failures(ActsByItself, seed, choose_action=chosen)
    assert list(found) == [POLICY, CRITIC, CLEARED]
    for mistake, message in found.values():
        assert mistake == "act_is_wrong"
        assert "fix the exercises forward and act first" in message


@pytest.mark.parametrize("seed", SEEDS)
def test_advantages_of_the_wrong_shape_are_blamed_on_advantage(seed):
    def table(returns, values):
        return returns - values.detach()[:, None]

    found = failures(Agent, seed, advantage=table)
    assert list(found) == [POLICY, CLEARED]
    for mistake, message in found.values():
        assert mistake == "advantage_is_wrong"
        assert "Fix the exercise advantage first." in message


@pytest.mark.parametrize(
    "answer",
    [
        lambda action, log_prob, value: (action, log_prob),
        lambda action, log_prob, value: (action, log_prob.tolist(), value.tolist()),
        lambda action, log_prob, value: (action, log_prob.tolist(), value),
        lambda action, log_prob, value: None,
    ],
    ids=["two results", "lists", "one list", "nothing"],
)
def test_the_memory_is_not_compared_with_what_cannot_be_read(answer):
    def chosen(net, observation):
        return answer(*choose_action(net, observation))

    assert ACT not in named(Agent, 1, choose_action=chosen)


def test_the_batch_ends_with_one_step_in_both_ways():
    heard = []

    class Listens(Agent):
        def train(self, transition):
            heard.append(transition)
            super().train(transition)

    assert named(Listens, 1) == {}
    (transition,) = heard
    n = len(transition.observation)
    assert transition.observation.shape == transition.next_observation.shape == (n, 4)
    assert transition.observation.dtype == transition.next_observation.dtype == np.float32
    assert np.any(transition.observation != transition.next_observation)
    assert transition.reward.shape == (n,)
    assert transition.reward.dtype == np.float32
    assert np.all((transition.reward >= 1) & (transition.reward <= 3))
    assert np.all(transition.terminated ^ transition.truncated)
    assert 0 < transition.terminated.sum() < n
    np.testing.assert_array_equal(transition.episode, np.arange(n))
