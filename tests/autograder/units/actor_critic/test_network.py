"""The network of actor_critic: right ones pass, each wrong one is named."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder.checks.judge import judge
from autograder.units.actor_critic.network import (
    ForwardTask,
    probabilities_of_net,
)
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import verdicts

SEEDS = (1, 2)

forward = ForwardTask("actor_critic/forward")

SHAPES = "probabilities_and_one_value_for_each_observation"
SUMS = "each_row_sums_to_one"
PROBABILITIES = "probabilities_are_what_the_layers_say"
VALUES = "values_are_what_the_critic_says"


class Network(nn.Module):
    """A hidden layer and two heads; each part can be replaced."""

    def __init__(self, hidden_size=128, n_actions=2):
        super().__init__()
        self.make(hidden_size, n_actions)

    def make(self, hidden_size, n_actions):
        self.hidden = nn.Linear(4, hidden_size)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.critic = nn.Linear(hidden_size, 1)

    def features(self, x):
        return F.relu(self.hidden(x))

    def probabilities(self, logits):
        return F.softmax(logits, dim=-1)

    def values(self, x):
        return self.critic(x).squeeze(-1)

    def outputs(self, probs, value):
        return probs, value

    def forward(self, x):
        x = self.features(x)
        return self.outputs(self.probabilities(self.policy(x)), self.values(x))


class HeadsTogether(Network):
    """Both heads in a single product, so that each output has a gradient of zeros to the other."""

    def forward(self, x):
        weight = torch.cat([self.policy.weight, self.critic.weight])
        bias = torch.cat([self.policy.bias, self.critic.bias])
        both = F.linear(self.features(x), weight, bias)
        return self.outputs(self.probabilities(both[:, :-1]), both[:, -1])


class DeepHeads(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.policy = nn.Sequential(nn.Linear(hidden_size, 5), nn.ReLU(), nn.Linear(5, n_actions))
        self.critic = nn.Sequential(nn.Linear(hidden_size, 6), nn.ReLU(), nn.Linear(6, 1))


class DeepTrunk(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.second = nn.Linear(hidden_size, hidden_size)

    def features(self, x):
        return F.relu(self.second(F.relu(self.hidden(x))))


class HeadsFirst(Network):
    """The layers stand in another order than they are used in."""

    def make(self, hidden_size, n_actions):
        self.critic = nn.Linear(hidden_size, 1)
        self.policy = nn.Linear(hidden_size, n_actions)
        self.hidden = nn.Linear(4, hidden_size)


class ByHand(Network):
    def features(self, x):
        return self.hidden(x).clamp(min=0)

    def probabilities(self, logits):
        powers = torch.exp(logits - logits.max(dim=1, keepdim=True).values)
        return powers / powers.sum(dim=1, keepdim=True)

    def values(self, x):
        return self.critic(x)[:, 0]

    def outputs(self, probs, value):
        return [probs, value]


class Shifted(Network):
    """A share of the probability is moved from the likeliest action to the least likely one."""

    share = 0.0

    def probabilities(self, logits):
        probs = super().probabilities(logits)
        rows = torch.arange(len(probs))
        moved = torch.zeros_like(probs)
        moved[rows, probs.argmax(dim=1)] = -self.share
        moved[rows, probs.argmin(dim=1)] = self.share
        return probs + moved


class ShiftedALittle(Shifted):
    share = 0.95e-3


class ShiftedTooFar(Shifted):
    share = 2.05e-3


class Scaled(Network):
    """The probabilities of a row sum to this number."""

    total = 1.0

    def probabilities(self, logits):
        return self.total * super().probabilities(logits)


class SumsToAlmostOne(Scaled):
    total = 1 + 0.9e-4


class SumsToMoreThanOne(Scaled):
    total = 1 + 1.3e-4


class SumsToLessThanOne(Scaled):
    total = 1 - 1.3e-4


class ValueRounded(Network):
    def values(self, x):
        value = super().values(x)
        return value + 0.9e-3 * (1 + value.abs())


class ValueOff(Network):
    def values(self, x):
        value = super().values(x)
        return value + 1.1e-3 * (1 + value.abs())


def failures(network, seed):
    """The checks that fail, and the mistake and message of each; those not reached left out."""
    student = LocalStudent({"ActorCriticNetwork": network}, "torch")
    return verdicts(judge(forward, student, seed))


def named(network, seed):
    return {check: mistake for check, (mistake, _) in failures(network, seed).items()}


def changed(base=Network, **methods):
    """A network with some of its parts replaced."""
    return type("Changed", (base,), methods)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "network",
    [
        Network,
        DeepHeads,
        HeadsTogether,
        DeepTrunk,
        HeadsFirst,
        ByHand,
        ShiftedALittle,
        SumsToAlmostOne,
        ValueRounded,
    ],
)
def test_a_right_network_earns_all_points(network, seed):
    assert named(network, seed) == {}


def test_the_checks_give_these_points():
    assert {check.name: check.points for check in forward.checks} == {
        SHAPES: 1,
        SUMS: 1,
        PROBABILITIES: 1,
        VALUES: 1,
    }
    assert [check.name for check in forward.checks if check.blocking] == [SHAPES]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("network", "mistake", "said"),
    [
        (lambda hidden_size, n_actions: None, "no_network", "inherit from nn.Module"),
        (
            changed(outputs=lambda self, probs, value: (value, probs)),
            "outputs_swapped",
            "come first",
        ),
        (changed(outputs=lambda self, probs, value: probs), "not_two_outputs", "two things"),
        (
            changed(outputs=lambda self, probs, value: (probs, value, value)),
            "not_two_outputs",
            "two things",
        ),
        (
            changed(outputs=lambda self, probs, value: (probs, None)),
            "not_two_outputs",
            "both be tensors",
        ),
        (
            changed(outputs=lambda self, probs, value: (probs.tolist(), value)),
            "not_two_outputs",
            "both be tensors",
        ),
        (
            changed(outputs=lambda self, probs, value: (probs[:, 0], value)),
            "wrong_output_shape",
            "5 observations should give 5 rows",
        ),
        (
            changed(outputs=lambda self, probs, value: (probs[:, :2], value)),
            "wrong_output_shape",
            "The shape should be (5, 3), yours is (5, 2)",
        ),
        (
            changed(outputs=lambda self, probs, value: (probs[:1], value)),
            "wrong_output_shape",
            "The shape should be (5, 2), yours is (1, 2)",
        ),
        (
            changed(outputs=lambda self, probs, value: (probs.mean(), probs)),
            "wrong_output_shape",
            "yours is ()",
        ),
        (
            changed(outputs=lambda self, probs, value: (probs.squeeze(), value)),
            "wrong_output_shape",
            "1 observations should give 1 rows",
        ),
        (
            changed(values=lambda self, x: self.critic(x)),
            "value_has_an_extra_dimension",
            "(5, 1). They should have (5,)",
        ),
        (
            changed(values=lambda self, x: self.critic(x).squeeze()),
            "wrong_value_shape",
            "One observation should give one value",
        ),
        (
            changed(values=lambda self, x: self.critic(x).mean()),
            "wrong_value_shape",
            "5 observations should give 5 values. The shape should be (5,)",
        ),
        (
            changed(outputs=lambda self, probs, value: (probs, probs)),
            "wrong_value_shape",
            "5 observations should give 5 values.",
        ),
    ],
)
def test_outputs_of_the_wrong_shape_end_the_task(network, mistake, said, seed):
    found = failures(network, seed)

    assert list(found) == [SHAPES]
    assert found[SHAPES][0] == mistake
    assert said in found[SHAPES][1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("network", "mistake", "said", "also"),
    [
        (
            changed(probabilities=lambda self, logits: F.softmax(logits, dim=0)),
            "softmax_over_the_batch",
            "dim=0",
            [PROBABILITIES],
        ),
        (
            changed(probabilities=lambda self, logits: F.log_softmax(logits, dim=-1)),
            "log_softmax",
            "not log_softmax",
            [PROBABILITIES],
        ),
        (
            changed(probabilities=lambda self, logits: logits),
            "no_softmax",
            "not negative, with sum one",
            [PROBABILITIES],
        ),
        (
            changed(probabilities=lambda self, logits: torch.sigmoid(logits)),
            "no_softmax",
            "not negative, with sum one",
            [PROBABILITIES],
        ),
        (
            changed(
                probabilities=lambda self, logits: (
                    10 * (logits - logits.mean(dim=1, keepdim=True)) + 1 / logits.shape[1]
                )
            ),
            "no_softmax",
            "not negative, with sum one",
            [PROBABILITIES],
        ),
        (changed(Shifted, share=-0.6), "no_softmax", "not negative", [PROBABILITIES]),
        (
            changed(probabilities=lambda self, logits: F.softmax(0 * logits, dim=-1)),
            "same_for_all",
            "whatever the weights are",
            [PROBABILITIES],
        ),
        (SumsToMoreThanOne, "no_softmax", "sum one", []),
        (SumsToLessThanOne, "no_softmax", "sum one", []),
    ],
)
def test_rows_that_are_no_probabilities_are_named(network, mistake, said, also, seed):
    found = failures(network, seed)

    assert set(found) == {SUMS, *also} - {PROBABILITIES}
    assert found[SUMS][0] == mistake
    assert said in found[SUMS][1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("total", "mistake"),
    [
        (1 + 0.9e-4, "softmax_over_the_batch"),
        (1 + 1.3e-4, "no_softmax"),
        (1 - 0.9e-4, "softmax_over_the_batch"),
        (1 - 1.3e-4, "no_softmax"),
    ],
)
def test_only_columns_that_sum_to_one_are_a_softmax_over_the_batch(total, mistake, seed):
    def over_the_batch(self, logits):
        return total * F.softmax(logits, dim=0)

    assert named(changed(probabilities=over_the_batch), seed)[SUMS] == mistake


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("network", "mistake", "said"),
    [
        (
            changed(probabilities=lambda self, logits: F.softmax(F.relu(logits), dim=-1)),
            "relu_on_logits",
            "ReLU after policy",
        ),
        (
            changed(
                probabilities=lambda self, logits: F.softmax(F.softmax(logits, dim=-1), dim=-1)
            ),
            "softmax_twice",
            "twice",
        ),
        (
            changed(probabilities=lambda self, logits: F.softmax(-logits, dim=-1)),
            "wrong_probabilities",
            "The order is",
        ),
        (ShiftedTooFar, "wrong_probabilities", "The order is"),
    ],
)
def test_wrong_probabilities_are_named(network, mistake, said, seed):
    found = failures(network, seed)

    assert list(found) == [PROBABILITIES]
    assert found[PROBABILITIES][0] == mistake
    assert said in found[PROBABILITIES][1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("base", [Network, HeadsFirst])
@pytest.mark.parametrize(
    ("activation", "of_probabilities", "of_values"),
    [
        (lambda x: x, "relu_missing", "relu_missing"),
        (torch.tanh, "tanh_instead_of_relu", "tanh_instead_of_relu"),
        (torch.sigmoid, "sigmoid_instead_of_relu", "sigmoid_instead_of_relu"),
    ],
    ids=["none", "tanh", "sigmoid"],
)
def test_another_activation_of_the_hidden_layer_is_named(
    base, activation, of_probabilities, of_values, seed
):
    network = changed(base, features=lambda self, x: activation(self.hidden(x)))

    assert named(network, seed) == {PROBABILITIES: of_probabilities, VALUES: of_values}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("network", "mistake", "said"),
    [
        (
            changed(values=lambda self, x: F.relu(self.critic(x)).squeeze(-1)),
            "activation_on_the_value",
            "ReLU after the critic",
        ),
        (
            changed(values=lambda self, x: torch.tanh(self.critic(x)).squeeze(-1)),
            "activation_on_the_value",
            "tanh after the critic",
        ),
        (
            changed(values=lambda self, x: F.softmax(self.critic(x), dim=-1).squeeze(-1)),
            "softmax_on_the_value",
            "All values are 1",
        ),
        (
            changed(outputs=lambda self, probs, value: (probs, probs.max(dim=-1).values)),
            "value_from_the_policy",
            "largest probability",
        ),
        (
            changed(values=lambda self, x: -self.critic(x).squeeze(-1)),
            "wrong_values",
            "not what the critic's layer computes",
        ),
        (ValueOff, "wrong_values", "not what the critic's layer computes"),
    ],
)
def test_wrong_values_are_named(network, mistake, said, seed):
    found = failures(network, seed)

    assert list(found) == [VALUES]
    assert found[VALUES][0] == mistake
    assert said in found[VALUES][1]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("base", [Network, DeepHeads, HeadsFirst])
def test_some_of_the_values_asked_for_are_negative(base, seed):
    answers = []

    def listening(self, probs, value):
        answers.append(value.detach().numpy())
        return probs, value

    assert named(changed(base, outputs=listening), seed) == {}
    asked_by_the_check = [answer for answer in answers if len(answer) == 8]
    assert 0 < np.sum(asked_by_the_check[-1] < 0) < 8


class SizeFixed(Network):
    def make(self, hidden_size, n_actions):
        super().make(9, n_actions)


class ThinFirstLayer(Network):
    """Both heads take what they should, but a layer before them has another size."""

    first_size = 6

    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.hidden = nn.Sequential(
            nn.Linear(4, self.first_size), nn.ReLU(), nn.Linear(self.first_size, hidden_size)
        )


class WideFirstLayer(ThinFirstLayer):
    first_size = 9


class PolicySeesTheObservation(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.policy = nn.Linear(4, n_actions)

    def forward(self, x):
        return F.softmax(self.policy(x), dim=-1), self.values(self.features(x))


class CriticSeesTheObservation(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.critic = nn.Linear(4, 1)

    def forward(self, x):
        return F.softmax(self.policy(self.features(x)), dim=-1), self.values(x)


class PolicySeesBoth(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.policy = nn.Linear(hidden_size + 4, n_actions)

    def forward(self, x):
        hidden = self.features(x)
        return F.softmax(self.policy(torch.cat([hidden, x], dim=1)), dim=-1), self.values(hidden)


class HeadsSeeAWiderLayer(Network):
    """The first layer has the right size, but both heads take another."""

    last_size = 9

    def make(self, hidden_size, n_actions):
        super().make(self.last_size, n_actions)
        self.hidden = nn.Sequential(
            nn.Linear(4, hidden_size), nn.ReLU(), nn.Linear(hidden_size, self.last_size)
        )


class HeadsSeeAThinnerLayer(HeadsSeeAWiderLayer):
    last_size = 5


class TooManyLogits(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.policy = nn.Linear(hidden_size, n_actions + 1)

    def probabilities(self, logits):
        return F.softmax(logits[:, :-1], dim=-1)


class TooFewLogits(Network):
    """One action's logit is always 0."""

    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.policy = nn.Linear(hidden_size, n_actions - 1)

    def probabilities(self, logits):
        return F.softmax(F.pad(logits, (0, 1)), dim=-1)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "network", [SizeFixed, ThinFirstLayer, WideFirstLayer, TooManyLogits, TooFewLogits]
)
def test_layers_of_another_size_are_named(network, seed):
    found = failures(network, seed)

    assert found[PROBABILITIES][0] == "sizes_ignored"
    assert "Linear(4, 7), and policy Linear(7, 3)" in found[PROBABILITIES][1]
    assert set(found) <= {PROBABILITIES, VALUES}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("network", [PolicySeesTheObservation, CriticSeesTheObservation])
def test_heads_that_share_no_layer_are_told_so(network, seed):
    assert named(network, seed)[VALUES] == "hidden_layer_not_shared"


class SharedLayerCutOff(Network):
    def features(self, x):
        return super().features(x).detach()


class OfItsOwnKind(nn.Module):
    """A linear layer with weights (inputs, outputs)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return x @ self.weight + self.bias


class OwnLayers(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.hidden = OfItsOwnKind(4, hidden_size)
        self.critic = OfItsOwnKind(hidden_size, 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shared_layer_without_a_gradient_is_told_so(seed):
    found = failures(SharedLayerCutOff, seed)

    assert found[VALUES][0] == found[PROBABILITIES][0] == "no_gradient"
    assert "hidden.weight" in found[VALUES][1]


@pytest.mark.parametrize("seed", SEEDS)
def test_linear_layers_of_ones_own_may_hold_their_weights_either_way(seed):
    assert named(OwnLayers, seed) == {}


class PolicyWithAnotherName(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.actor = self.policy
        del self.policy

    def forward(self, x):
        x = self.features(x)
        return F.softmax(self.actor(x), dim=-1), self.values(x)


class CriticWithAnotherName(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.value_head = self.critic
        del self.critic

    def values(self, x):
        return self.value_head(x).squeeze(-1)


class NoHiddenLayer(Network):
    def make(self, hidden_size, n_actions):
        self.policy = nn.Linear(4, n_actions)
        self.critic = nn.Linear(4, 1)

    def features(self, x):
        return x


class UnusedLayer(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.second = nn.Linear(hidden_size + 1, 5)


class NoBias(Network):
    def make(self, hidden_size, n_actions):
        super().make(hidden_size, n_actions)
        self.hidden = nn.Linear(4, hidden_size, bias=False)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("network", [PolicyWithAnotherName, CriticWithAnotherName])
def test_the_names_of_the_heads_do_not_matter(network, seed):
    assert named(network, seed) == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("network", "found"),
    [
        (NoHiddenLayer, {PROBABILITIES: "sizes_ignored", VALUES: "hidden_layer_not_shared"}),
        (UnusedLayer, {VALUES: "layer_not_used"}),
        (NoBias, {PROBABILITIES: "other_layers", VALUES: "other_layers"}),
    ],
)
def test_layers_that_cannot_be_followed_are_named(network, found, seed):
    assert named(network, seed) == found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "network",
    [
        changed(
            probabilities=lambda self, logits: logits.exp() / logits.exp().sum(1, keepdim=True)
        ),
        changed(values=lambda self, x: self.critic(x).squeeze(-1).exp().log()),
    ],
    ids=["probabilities", "values"],
)
def test_an_overflow_is_named(network, seed):
    found = failures(network, seed)

    assert list(found) == [PROBABILITIES]
    assert found[PROBABILITIES][0] == "softmax_overflows"
    assert "exp overflows" in found[PROBABILITIES][1]


def test_the_probabilities_of_an_agent_are_those_of_its_network():
    class Agent:
        def __init__(self):
            self.net = Network()

    student = LocalStudent({"Agent": Agent}, "torch")
    agent = student.call("Agent")
    observation = np.eye(4, dtype=np.float32)
    probs, _ = student.object(agent.number).net(torch.tensor(observation))

    found = probabilities_of_net(student, agent, observation)
    np.testing.assert_array_equal(found, probs.detach().numpy())
