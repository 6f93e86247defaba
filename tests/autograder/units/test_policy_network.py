"""The checks of policy_network: right answers earn all points, each wrong one is named."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import Categorical
from torch.nn import functional

from autograder.agents.learning_check import RandomRewardTest
from autograder.authoring.lettered_curves import lettered_question
from autograder.checks.judge import judge
from autograder.course import Course
from autograder.units.policy_network import UNIT
from autograder.worker.local import LocalStudent
from helpers.agents import AbstractAgent
from helpers.lettered_curves import load_lettered_curves
from helpers.training import Training
from tests.autograder.task_tools import message, mistakes

SEEDS = (1, 2)

forward = UNIT.task("policy_network/forward")
update = UNIT.task("policy_network/update")

PROBABILITIES = "one_row_of_probabilities_for_each_observation"
SUM = "each_row_sums_to_one"
LAYERS = "computes_what_its_layers_say"
ACTS = "act_answers_and_remembers"
LEARNS = "learns_when_all_episodes_have_ended"
LIMIT = "an_episode_cut_by_the_time_limit_ends_too"
STEP = "a_step_lowers_the_loss"
CLEARED = "old_gradients_are_cleared"


class PolicyNetwork(nn.Module):
    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.hidden = nn.Linear(4, hidden_size)
        self.policy_head = nn.Linear(hidden_size, n_actions)

    def activation(self, x):
        return functional.relu(x)

    def logits(self, x):
        return self.policy_head(self.activation(self.hidden(x)))

    def forward(self, x):
        return functional.softmax(self.logits(x), dim=-1)


class OneMoreLayer(PolicyNetwork):
    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__(hidden_size, n_actions)
        self.second = nn.Linear(hidden_size, hidden_size)
        self.policy_head = self._modules.pop("policy_head")

    def logits(self, x):
        return self.policy_head(functional.relu(self.second(functional.relu(self.hidden(x)))))


class OneMoreLayerButNoReLU(OneMoreLayer):
    def logits(self, x):
        return self.policy_head(self.activation(self.second(self.activation(self.hidden(x)))))

    def activation(self, x):
        return x


class OneMoreLayerAndTanh(OneMoreLayerButNoReLU):
    def activation(self, x):
        return torch.tanh(x)


class OneMoreLayerAndSigmoid(OneMoreLayerButNoReLU):
    def activation(self, x):
        return torch.sigmoid(x)


class Moved(PolicyNetwork):
    """A right network, but for a part of the first probability that goes to the second."""

    part = 5e-4

    def forward(self, x):
        probabilities = super().forward(x)
        moved = torch.zeros_like(probabilities)
        moved[:, 0], moved[:, 1] = self.part, -self.part
        return torch.where(probabilities.amin() > self.part, probabilities - moved, probabilities)


class MovedTooFar(PolicyNetwork):
    def forward(self, x):
        probabilities = super().forward(x)
        return 0.99 * probabilities + 0.01 / probabilities.shape[1]


class HeadMadeFirst(PolicyNetwork):
    def __init__(self, hidden_size=32, n_actions=2):
        nn.Module.__init__(self)
        self.policy_head = nn.Linear(hidden_size, n_actions)
        self.hidden = nn.Linear(4, hidden_size)


class SumIsNearlyOne(PolicyNetwork):
    total = 1 + 5e-5

    def forward(self, x):
        return super().forward(x) * self.total


class SumIsNotOne(SumIsNearlyOne):
    total = 1 + 3e-4


class AlwaysTheSame(PolicyNetwork):
    def forward(self, x):
        return torch.full_like(super().forward(x), 1 / 3)


class TwoActionsOnly(PolicyNetwork):
    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__(hidden_size, 2)


class ThreeActionsAlways(PolicyNetwork):
    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__(hidden_size, 3)


class OneForTheBatch(PolicyNetwork):
    def forward(self, x):
        return super().forward(x).mean(dim=0)


class ForgetsToReturn(PolicyNetwork):
    def forward(self, x):
        super().forward(x)


class OverTheBatch(PolicyNetwork):
    scale = 1.0

    def forward(self, x):
        return functional.softmax(self.logits(x), dim=0) * self.scale


class NearlyOverTheBatch(OverTheBatch):
    scale = 1 + 5e-5


class ScaledOverTheBatch(OverTheBatch):
    scale = 1 + 3e-4


class LogSoftmax(PolicyNetwork):
    def forward(self, x):
        return functional.log_softmax(self.logits(x), dim=-1)


class SureLogSoftmax(PolicyNetwork):
    def forward(self, x):
        return functional.log_softmax(1000 * self.logits(x), dim=-1)


class NoSoftmax(PolicyNetwork):
    def forward(self, x):
        return self.logits(x)


class Sigmoids(PolicyNetwork):
    def forward(self, x):
        return torch.sigmoid(self.logits(x))


class NegativeProbabilities(PolicyNetwork):
    def forward(self, x):
        logits = self.logits(x)
        return 10 * (logits - logits.mean(dim=-1, keepdim=True)) + 1 / logits.shape[1]


class TooSure(PolicyNetwork):
    def forward(self, x):
        return functional.softmax(1000 * self.logits(x), dim=-1)


class SingleLayer(nn.Module):
    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__()
        self.policy_head = nn.Linear(4, n_actions)

    def forward(self, x):
        return functional.softmax(self.policy_head(x), dim=-1)


class HiddenSizeIgnored(PolicyNetwork):
    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__(32, n_actions)


class TooManyActionsCutOff(PolicyNetwork):
    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__(hidden_size, n_actions + 1)

    def logits(self, x):
        return super().logits(x)[:, :-1]


class NoBias(PolicyNetwork):
    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__(hidden_size, n_actions)
        self.hidden = nn.Linear(4, hidden_size, bias=False)


class LayersInAList(PolicyNetwork):
    def __init__(self, hidden_size=32, n_actions=2):
        super().__init__(hidden_size, n_actions)
        self.layers = [self._modules.pop("hidden"), self._modules.pop("policy_head")]

    def logits(self, x):
        return self.layers[1](functional.relu(self.layers[0](x)))


class NoReLU(PolicyNetwork):
    def activation(self, x):
        return x


class Tanh(PolicyNetwork):
    def activation(self, x):
        return torch.tanh(x)


class Sigmoid(PolicyNetwork):
    def activation(self, x):
        return torch.sigmoid(x)


class LeakyReLU(PolicyNetwork):
    def activation(self, x):
        return functional.leaky_relu(x, 0.3)


class ReLUOnLogits(PolicyNetwork):
    def logits(self, x):
        return functional.relu(super().logits(x))


class SoftmaxTwice(PolicyNetwork):
    def logits(self, x):
        return functional.softmax(super().logits(x), dim=-1)


class Overflows(PolicyNetwork):
    def forward(self, x):
        e = torch.exp(self.logits(x))
        return e / e.sum(dim=-1, keepdim=True)


def choose_action(net, observation):
    drawn = Categorical(net(torch.as_tensor(observation, dtype=torch.float32)))
    action = drawn.sample()
    return action, drawn.log_prob(action)


def discounted_returns(rewards, gamma=0.99):
    returns, following = [], 0.0
    for reward in reversed(rewards):
        following = reward + gamma * following
        returns.insert(0, following)
    return torch.tensor(returns)


def normalise(returns):
    return (returns - returns.mean()) / (returns.std(correction=0) + 1e-6)


def policy_loss(log_probs, returns):
    return (-returns * log_probs).mean()


class SimplePolicy:
    def __init__(self):
        self.net = PolicyNetwork()
        self.optimizer = self.make_optimizer()
        self.games = 0
        self.mean_reward = None

    def make_optimizer(self):
        return torch.optim.Adam(self.net.parameters(), lr=5e-3)

    def start_episode(self, observation):
        self.memory = []
        self.episodes = []
        self.rewards = [[] for _ in observation]
        self.running = len(observation)

    def act(self, observation):
        action, log_prob = choose_action(self.net, observation)
        self.remember(action, log_prob)
        return action.numpy()

    def remember(self, action, log_prob):
        self.memory.append(log_prob)

    def ended(self, transition):
        return transition.terminated | transition.truncated

    def train(self, transition):
        self.episodes.append(transition.episode)
        for episode, reward in zip(transition.episode, transition.reward, strict=True):
            self.rewards[episode].append(float(reward))
        self.running -= self.ended(transition).sum()
        if self.running == 0:
            self.update(*self.remembered())

    def remembered(self):
        log_probs = torch.cat(self.memory)
        episodes = torch.as_tensor(np.concatenate(self.episodes))
        returns = torch.zeros(len(log_probs))
        for episode, rewards in enumerate(self.rewards):
            returns[episodes == episode] = discounted_returns(rewards)
        return log_probs, normalise(returns)

    def update(self, log_probs, returns):
        self.optimizer.zero_grad()
        policy_loss(log_probs, returns).backward()
        self.optimizer.step()


class FirstPolicy(AbstractAgent):
    """The right one-episode agent, in other words than the reference's."""

    def __init__(self, gamma=0.99, lr=5e-3):
        self.net = PolicyNetwork()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.gamma = gamma

    def start_episode(self, observation):
        self.steps = []

    def act(self, observation, explore=True):
        action, log_prob = choose_action(self.net, observation)
        self.latest = log_prob
        return action.numpy()

    def train(self, transition):
        self.steps.append((self.latest, float(transition.reward[0])))
        if transition.terminated.any() or transition.truncated.any():
            log_probs, rewards = zip(*self.steps, strict=True)
            returns = normalise(discounted_returns(list(rewards), self.gamma))
            self.optimizer.zero_grad()
            policy_loss(torch.cat(log_probs), returns).backward()
            self.optimizer.step()


RIGHT = {
    "PolicyNetwork": PolicyNetwork,
    "SimplePolicy": SimplePolicy,
    "choose_action": choose_action,
    "discounted_returns": discounted_returns,
    "normalise": normalise,
    "policy_loss": policy_loss,
    "FirstPolicy": FirstPolicy,
    "experiment": lambda: {"middles": [99.7, 277.3, 94.7], "misled": [7, 0, 12]},
    "diagnosis": lambda: DIAGNOSIS,
}
DIAGNOSIS = {"returned": [1, 0.5, 2.25, 5.125], "right": [2, 2, 4, 4], "curves": "bfc"}


def save_agent(agent, path):
    torch.save(
        {
            "games": agent.games,
            "mean_reward": agent.mean_reward,
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
        },
        path,
    )


def load_agent(agent, path):
    found = torch.load(path, weights_only=True)
    agent.games, agent.mean_reward = found["games"], found["mean_reward"]
    agent.net.load_state_dict(found["model_state_dict"])
    agent.optimizer.load_state_dict(found["optimizer_state_dict"])


def judged(task, seed, **changes):
    """A student's result who answers everything right, but for the changes."""
    student = LocalStudent(
        {**RIGHT, "save_agent": save_agent, "load_agent": load_agent, **changes}, UNIT.framework
    )
    return judge(task, student, seed)


def offered(task):
    return [(check.name, check.points, check.blocking) for check in task.checks]


def test_the_unit_offers_these_tasks():
    assert [(task.name, task.requires, task.points) for task in UNIT.tasks] == [
        ("policy_network/forward", ("PolicyNetwork",), 3),
        ("policy_network/act", ("choose_action",), 3),
        ("policy_network/returns", ("discounted_returns",), 3),
        ("policy_network/normalise", ("normalise",), 2),
        ("policy_network/loss", ("policy_loss",), 2),
        ("policy_network/first_agent", ("FirstPolicy",), 1),
        ("policy_network/update", ("SimplePolicy",), 5),
        ("policy_network/experiment", ("experiment",), 2),
        ("policy_network/save", ("save_agent", "load_agent"), 2),
        ("policy_network/diagnosis", ("diagnosis",), 1),
    ]


def test_the_network_is_worth_three_points():
    assert offered(forward) == [
        (PROBABILITIES, 1, True),
        (SUM, 1, False),
        (LAYERS, 1, False),
    ]


def test_the_update_is_worth_five_points():
    assert offered(update) == [
        (ACTS, 1, True),
        (LEARNS, 1, True),
        (LIMIT, 1, False),
        (STEP, 1, False),
        (CLEARED, 1, False),
    ]


def test_the_agent_is_trained_as_in_the_notebook_and_must_learn_probabilities():
    assert UNIT.agent.points == 3
    assert UNIT.agent.threshold == 475
    assert UNIT.agent.training == Training(
        episodes=5_000, environments=64, max_steps=600_000, checkpoint_every=16_000
    )
    assert UNIT.agent.learning_test == RandomRewardTest()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("task", UNIT.tasks, ids=lambda task: task.name)
def test_right_answers_earn_all_points(task, seed):
    result = judged(task, seed)

    assert mistakes(result) == {}
    assert result.points == result.max_points == task.points


@pytest.mark.parametrize("letters", ["b", "cfb", "bfa", "abc", "dfc"])
def test_only_one_matching_of_the_curves_is_right(letters):
    wrong = DIAGNOSIS | {"curves": letters}
    result = judged(UNIT.task("policy_network/diagnosis"), 1, diagnosis=lambda: wrong)

    assert set(mistakes(result)) == {"curves"}
    assert result.points == 0.5


def test_the_letters_stand_for_the_edits_that_were_measured():
    """The digest, the file that says what was measured, and the curves agree."""
    question = lettered_question(Course.find(), UNIT).letters
    no_minus, no_future, large = (question[letter] for letter in DIAGNOSIS["curves"])

    assert no_minus[0].new == "returns * log_probs"
    assert "gamma=0.0" in no_future[0].new
    assert "lr=3e-1" in large[0].new
    curves = load_lettered_curves("policy_network")["curves"]
    assert set(curves) == set(question) == set("abcdef")
    assert curves["b"]["high"][-1] < 12 and 17 < curves["f"]["middle"][-1] < 26


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("network", [OneMoreLayer, HeadMadeFirst, Moved, SumIsNearlyOne])
def test_unusual_right_networks_earn_all_points(network, seed):
    result = judged(forward, seed, PolicyNetwork=network)

    assert mistakes(result) == {}
    assert result.points == 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("network", "mistake", "said"),
    [
        (lambda hidden_size, n_actions: torch.ones(5, n_actions), "no_network", "nn.Module"),
        (lambda hidden_size, n_actions: None, "no_network", "nn.Module"),
        (TwoActionsOnly, "wrong_output_shape", "should be (5, 3), yours is (5, 2)"),
        (ThreeActionsAlways, "wrong_output_shape", "should be (5, 2), yours is (5, 3)"),
        (OneForTheBatch, "wrong_output_shape", "should be (5, 2), yours is (2,)"),
        (ForgetsToReturn, "wrong_output_shape", "not None"),
    ],
)
def test_a_network_without_a_row_for_each_observation_earns_nothing(network, mistake, said, seed):
    result = judged(forward, seed, PolicyNetwork=network)

    assert mistakes(result) == {PROBABILITIES: mistake}
    assert said in message(result, PROBABILITIES)
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("network", "found", "points"),
    [
        (OverTheBatch, {SUM: "softmax_over_the_batch"}, 1),
        (NearlyOverTheBatch, {SUM: "softmax_over_the_batch"}, 1),
        (ScaledOverTheBatch, {SUM: "no_softmax"}, 1),
        (LogSoftmax, {SUM: "log_softmax"}, 1),
        (SureLogSoftmax, {SUM: "log_softmax"}, 1),
        (NoSoftmax, {SUM: "no_softmax"}, 1),
        (Sigmoids, {SUM: "no_softmax"}, 1),
        (NegativeProbabilities, {SUM: "no_softmax"}, 1),
        (SumIsNotOne, {SUM: "no_softmax"}, 1),
        (AlwaysTheSame, {SUM: "same_for_all"}, 1),
        (TooSure, {LAYERS: "wrong_probabilities"}, 2),
        (MovedTooFar, {LAYERS: "wrong_probabilities"}, 2),
        (LeakyReLU, {LAYERS: "wrong_probabilities"}, 2),
        (SingleLayer, {LAYERS: "hidden_layer_missing"}, 2),
        (HiddenSizeIgnored, {LAYERS: "sizes_ignored"}, 2),
        (TooManyActionsCutOff, {LAYERS: "sizes_ignored"}, 2),
        (NoBias, {LAYERS: "other_layers"}, 2),
        (NoReLU, {LAYERS: "relu_missing"}, 2),
        (ReLUOnLogits, {LAYERS: "relu_on_logits"}, 2),
        (SoftmaxTwice, {LAYERS: "softmax_twice"}, 2),
        (Tanh, {LAYERS: "tanh_instead_of_relu"}, 2),
        (Sigmoid, {LAYERS: "sigmoid_instead_of_relu"}, 2),
        (OneMoreLayerButNoReLU, {LAYERS: "relu_missing"}, 2),
        (OneMoreLayerAndTanh, {LAYERS: "tanh_instead_of_relu"}, 2),
        (OneMoreLayerAndSigmoid, {LAYERS: "sigmoid_instead_of_relu"}, 2),
        (Overflows, {LAYERS: "softmax_overflows"}, 2),
        (
            LayersInAList,
            {SUM: "no_parameters"},
            1,
        ),
    ],
)
def test_a_wrong_network_loses_the_points_of_its_mistake_only(network, found, points, seed):
    result = judged(forward, seed, PolicyNetwork=network)

    assert mistakes(result) == found
    assert result.points == points


@pytest.mark.parametrize("seed", range(100, 140))
def test_a_relu_on_the_logits_shows_whatever_was_drawn(seed):
    result = judged(forward, seed, PolicyNetwork=ReLUOnLogits)

    assert mistakes(result) == {LAYERS: "relu_on_logits"}
