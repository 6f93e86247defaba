"""The tasks of dqn: what `forward` and `update` ask, and how the unit asks for its other parts."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from autograder.agents.learning_check import DelayedRewardTest
from autograder.checks.judge import RAISES, judge
from autograder.checks.task import Task
from autograder.units.dqn import UNIT
from autograder.units.dqn.update import update
from autograder.units.shared.probes import PROBES, ProbedAgent
from autograder.worker.local import LocalStudent
from helpers.training import Training
from tests.autograder.task_tools import mistakes

SEEDS = (1, 2)
forward = UNIT.tasks[1]


class DQN(nn.Module):
    sizes = (128, 128)

    def __init__(self, n_observations=4, n_actions=2):
        super().__init__()
        first, second = self.sizes
        self.layer1 = nn.Linear(n_observations, first)
        self.layer2 = nn.Linear(first, second)
        self.layer3 = nn.Linear(second, n_actions)

    def forward(self, x):
        x = functional.relu(self.layer1(x))
        x = functional.relu(self.layer2(x))
        return self.layer3(x)


class Memory:
    """The last `capacity` transitions."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.columns = None

    def __len__(self):
        return 0 if self.columns is None else len(self.columns[0])

    def push(self, transition):
        columns = [np.array(column) for column in transition[:5]]
        if self.columns is not None:
            columns = [np.concatenate(pair) for pair in zip(self.columns, columns, strict=True)]
        self.columns = [column[-self.capacity :] for column in columns]

    def sample(self, batch_size):
        rows = np.random.randint(len(self), size=batch_size)
        return tuple(torch.as_tensor(column[rows]) for column in self.columns)


@dataclass(frozen=True)
class Settings:
    batch_size: int = 128
    gamma: float = 0.99
    reward_scale: float = 0.01
    tau: float = 0.25
    lr: float = 5e-3
    memory_size: int = 50_000
    learning_starts: int = 500


def td_targets(target_net, reward, next_observation, terminated, gamma):
    with torch.no_grad():
        return reward + gamma * target_net(next_observation).max(dim=1).values * ~terminated


def q_loss(net, observation, action, targets):
    taken = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
    return functional.smooth_l1_loss(taken, targets)


def soft_update(target_net, net, tau):
    with torch.no_grad():
        for slow, fast in zip(target_net.parameters(), net.parameters(), strict=True):
            slow.lerp_(fast, tau)


class Agent:
    """Deep Q-learning in small steps, each of which can be got wrong."""

    td_targets, q_loss, soft_update = map(staticmethod, (td_targets, q_loss, soft_update))
    memory_class = Memory

    def __init__(self, settings):
        self.settings = settings
        self.net = DQN()
        self.target_net = self.second_network()
        self.optimizer = self.make_optimizer()
        self.memory = self.memory_class(settings.memory_size)

    def second_network(self):
        network = DQN()
        network.load_state_dict(self.net.state_dict())
        return network

    def make_optimizer(self):
        return torch.optim.AdamW(self.net.parameters(), lr=self.settings.lr, amsgrad=True)

    def start_episode(self, observation):
        pass

    def train(self, transition):
        reward = self.settings.reward_scale * transition.reward
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def learn(self):
        loss = self.loss(*self.sample())
        self.optimizer.zero_grad()
        loss.backward()
        self.clip()
        self.optimizer.step()
        self.follow()

    def sample(self):
        return self.memory.sample(self.settings.batch_size)

    def loss(self, observation, action, reward, next_observation, terminated):
        targets = self.td_targets(
            self.target_net, reward, next_observation, terminated, self.settings.gamma
        )
        return self.q_loss(self.net, observation, action, targets)

    def clip(self):
        nn.utils.clip_grad_value_(self.net.parameters(), 100)

    def follow(self):
        self.soft_update(self.target_net, self.net, self.settings.tau)


def student(agent, **other):
    """A student with this agent; the functions are those that the agent uses."""
    own = {name: getattr(agent, name, None) for name in ("td_targets", "q_loss", "soft_update")}
    return LocalStudent({"DQNAgent": agent, "Settings": Settings, **own, **other}, "torch")


def changed(base=Agent, **parts):
    """An agent whose parts differ."""
    return type("Agent", (base,), parts)


def part(keep):
    """The task `update` with some of its checks."""
    task = Task(update.name, update.requires)
    for check in filter(keep, update.checks):
        task.check(check.name, check.points, check.blocking)(check.ask)
    return task


def without_probes():
    """The task `update`; the probes, which take longer, give no points."""
    return part(lambda check: check.points)


def only(name):
    """The task `update` with one of its checks."""
    return part(lambda check: check.name == name)


def messages(result):
    return " ".join(check.message for check in result.checks if not check.passed)


# --- forward


def network(forward, sizes=(128, 128)):
    """A network whose layers are given, but not the way through them."""
    return type("Network", (DQN,), {"forward": forward, "sizes": sizes})


class Layered(nn.Module):
    """Linear layers with ReLU between; what does not fit is cut off or filled up with zeros."""

    def __init__(self, shapes, order=slice(None)):
        super().__init__()
        layers = [nn.Linear(*shape) for shape in shapes]
        self.layers = nn.ModuleList(layers)
        self.way = layers[order]

    def forward(self, x):
        for number, layer in enumerate(self.way):
            x = functional.pad(x, (0, layer.in_features - x.shape[1]))
            x = layer(functional.relu(x) if number else x)
        return x


def layered(*shapes):
    """Makes a network with layers of these shapes; the last gives as many values as are asked."""
    return lambda n_observations, n_actions: Layered([*shapes[:-1], (shapes[-1][0], n_actions)])


def ask_forward(made, seed=1):
    return judge(forward, LocalStudent({"DQN": made}, "torch"), seed)


VALUES = "computes_what_its_layers_say"
SHAPE = "one_value_for_each_action"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "made",
    [
        DQN,
        network(DQN.forward, sizes=(8, 6)),
        network(DQN.forward, sizes=(6, 8)),
        layered((4, 8), (8, 6), (6, 3)),
        network(lambda net, x: DQN.forward(net, x) + 5e-4),
        network(lambda net, x: 1.0009 * DQN.forward(net, x)),
    ],
    ids=["given", "narrower", "wider", "list", "a_bit_more", "rounded"],
)
def test_a_right_network_earns_both_points(made, seed):
    result = ask_forward(made, seed)

    assert mistakes(result) == {}
    assert result.points == 2


def test_forward_asks_two_checks_of_a_point_each():
    assert forward.requires == ("DQN",)
    assert {check.name: check.points for check in forward.checks} == {SHAPE: 1, VALUES: 1}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("way", "mistake", "message"),
    [
        (
            lambda net, x: net.layer3(net.layer2(net.layer1(x))),
            "relu_missing",
            "no ReLU between the layers",
        ),
        (
            lambda net, x: net.layer3(net.layer2(functional.relu(net.layer1(x)))),
            "second_relu_missing",
            "after the second layer is missing",
        ),
        (
            lambda net, x: net.layer3(functional.relu(net.layer2(net.layer1(x)))),
            "first_relu_missing",
            "after the first layer is missing",
        ),
        (
            lambda net, x: functional.relu(DQN.forward(net, x)),
            "relu_on_values",
            "no value could be negative",
        ),
        (
            lambda net, x: functional.softmax(DQN.forward(net, x), dim=-1),
            "softmax_on_values",
            "can be any number",
        ),
        (
            lambda net, x: net.layer3(torch.tanh(net.layer2(torch.tanh(net.layer1(x))))),
            "tanh_instead_of_relu",
            "use tanh",
        ),
        (lambda net, x: -DQN.forward(net, x), "wrong_values", "layer1, ReLU, layer2"),
        (lambda net, x: 1.003 * DQN.forward(net, x), "wrong_values", "layer1, ReLU, layer2"),
        (lambda net, x: DQN.forward(net, x) + 0.1, "wrong_values", "layer1, ReLU, layer2"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_way_through_the_layers_is_named(way, mistake, message, seed):
    result = ask_forward(network(way), seed)

    assert mistakes(result) == {VALUES: mistake}
    assert message in messages(result)
    assert result.points == 1


@pytest.mark.parametrize(
    "shapes",
    [
        ((4, 8), (8, 3)),
        ((4, 8), (8, 6), (6, 6), (6, 3)),
        ((3, 8), (8, 6), (6, 3)),
        ((5, 8), (8, 6), (6, 3)),
        ((4, 8), (7, 6), (6, 3)),
        ((4, 8), (9, 6), (6, 3)),
        ((4, 8), (8, 6), (5, 3)),
        ((4, 8), (8, 6), (7, 3)),
    ],
    ids=str,
)
def test_other_layers_are_listed(shapes):
    result = ask_forward(layered(*shapes))

    assert mistakes(result) == {VALUES: "other_layers"}
    listed = ", ".join(f"{inputs} to {outputs}" for inputs, outputs in shapes)
    assert f"yours go {listed}." in messages(result)


def test_the_layers_may_be_made_in_any_order():
    def backwards(n_observations, n_actions):
        return Layered([(6, n_actions), (8, 6), (n_observations, 8)], slice(None, None, -1))

    assert mistakes(ask_forward(backwards)) == {}


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (network(lambda net, x: net.layer1(x)), "The shape should be (5, 2), yours is (5, 128)."),
        (network(lambda net, x: net.layer1(x).sum()), "The shape should be (5, 2), yours is ()."),
        (lambda *_: DQN(4, 2), "The shape should be (5, 3), yours is (5, 2)."),
        (lambda *_: DQN(4, 3), "The shape should be (5, 2), yours is (5, 3)."),
        (lambda inputs, outputs: DQN(inputs, outputs + 1), "yours is (5, 3)."),
    ],
)
def test_five_observations_give_five_rows_of_as_many_values_as_actions(made, message):
    result = ask_forward(made)

    assert mistakes(result) == {SHAPE: "wrong_output_shape"}
    assert message in messages(result)
    assert result.points == 0


def test_a_class_that_makes_no_network_is_named():
    assert mistakes(ask_forward(lambda *_: 3.0)) == {SHAPE: "no_network"}


# --- update

COPY = "target_network_is_a_copy"
LEARNS = "learn_moves_the_weights"
TARGETS = "targets_come_from_the_target_network"
BATCH = "loss_of_a_batch_is_what_learns"
FOLLOWS = "target_network_follows"
CLEARED = "old_gradients_are_cleared"
CLIPPED = "gradients_are_clipped"


def test_update_asks_seven_checks_of_a_point_each_and_then_the_probes():
    checks = (COPY, LEARNS, TARGETS, BATCH, FOLLOWS, CLEARED, CLIPPED)

    assert update.requires == ("DQNAgent",)
    assert [(check.name, check.points) for check in update.checks] == [
        *((name, 1) for name in checks),
        *((probe.check, 0) for probe in PROBES),
    ]


def learn_in_order(*steps):
    """`learn` with the steps that follow sampling, in this order."""

    def learn(agent):
        loss = agent.loss(*agent.sample())
        act = {
            "zero_grad": agent.optimizer.zero_grad,
            "backward": loss.backward,
            "clip": agent.clip,
            "step": agent.optimizer.step,
            "follow": agent.follow,
        }
        for step in steps:
            act[step]()

    return changed(learn=learn)


def learns(**given):
    """An agent that hands other things to its functions in `learn`."""

    def loss(agent, observation, action, reward, next_observation, terminated, *_):
        batch = SimpleNamespace(
            net=agent.net,
            target_net=agent.target_net,
            observation=observation,
            action=action,
            reward=reward,
            next_observation=next_observation,
            gamma=agent.settings.gamma,
        )
        vars(batch).update({name: value(batch) for name, value in given.items()})
        targets = agent.td_targets(
            batch.target_net, batch.reward, batch.next_observation, terminated, batch.gamma
        )
        return agent.q_loss(agent.net, observation, batch.action, targets)

    return changed(loss=loss)


def scaled(factor):
    """An agent whose loss is so many times its own q_loss."""
    return changed(loss=lambda agent, *batch: factor * Agent.loss(agent, *batch))


def own(base=Agent, **functions):
    """An agent that uses other functions of the student's."""
    return changed(base, **{name: staticmethod(made) for name, made in functions.items()})


def follows(follow):
    return changed(follow=follow)


def optimizer(make):
    return changed(make_optimizer=lambda agent: make(agent.net.parameters()))


FROM_THE_NETWORK = learns(target_net=lambda batch: batch.net)


class OwnBatch(Memory):
    """A memory that gives its batch in a form of its own."""

    def sample(self, batch_size):
        return SimpleNamespace(columns=super().sample(batch_size))


class SixColumns(Memory):
    """A memory that gives one column more."""

    def sample(self, batch_size):
        return *super().sample(batch_size), None


class FourColumns(Memory):
    """A memory that does not know which episodes terminated."""

    def sample(self, batch_size):
        return super().sample(batch_size)[:4]


class NeverTerminates(Agent):
    memory_class = FourColumns

    def loss(self, *batch):
        return super().loss(*batch, torch.zeros(len(batch[0]), dtype=torch.bool))


class Careful(Agent):
    """An agent whose settings must make sense."""

    def __init__(self, settings):
        super().__init__(settings)
        assert 0 <= settings.gamma <= 1
        assert 0 < settings.tau <= 1
        assert 0 < settings.batch_size <= settings.memory_size


class TakesOwnBatch(Agent):
    memory_class = OwnBatch

    def sample(self):
        return super().sample().columns


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "agent",
    [
        Agent,
        Careful,
        learn_in_order("follow", "zero_grad", "backward", "clip", "step"),
        learn_in_order("backward", "clip", "step", "zero_grad", "follow"),
        optimizer(lambda parameters: torch.optim.Adam(parameters, lr=2e-3)),
        optimizer(lambda parameters: torch.optim.Adam(parameters, lr=2e-3, betas=(0.5, 0.9))),
        optimizer(lambda parameters: torch.optim.SGD(parameters, lr=1e-2)),
        changed(clip=lambda agent: nn.utils.clip_grad_value_(agent.net.parameters(), 100.05)),
        changed(clip=lambda agent: nn.utils.clip_grad_norm_(agent.net.parameters(), 100)),
        scaled(1.005),
        follows(
            lambda agent: soft_update(agent.target_net, agent.net, 1.0005 * agent.settings.tau)
        ),
        TakesOwnBatch,
    ],
    ids=[
        "usual",
        "careful",
        "follows_first",
        "clears_last",
        "adam",
        "little_momentum",
        "gradient_descent",
        "clips_at_a_little_more",
        "clips_the_norm",
        "rounded_loss",
        "rounded_tau",
        "own_batch",
    ],
)
def test_right_agents_earn_all_points(agent, seed):
    result = judge(without_probes(), student(agent), seed)

    assert mistakes(result) == {}
    assert result.points == 7


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("agent", "found", "message"),
    [
        (lambda settings: 3.0, {COPY: "no_agent"}, "should make an agent"),
        (changed(second_network=lambda agent: None), {COPY: "no_network"}, "in self.target_net"),
        (changed(second_network=lambda agent: agent.net), {COPY: "target_aliased"}, "two names"),
        (changed(second_network=lambda agent: DQN()), {COPY: "target_not_copied"}, "same weights"),
        (learn_in_order("zero_grad", "backward"), {LEARNS: "step_missing"}, "optimizer.step()"),
        (
            learn_in_order("backward", "zero_grad", "step", "follow"),
            {LEARNS: "step_missing"},
            "with zero_grad() before both",
        ),
        (
            learn_in_order("zero_grad", "clip", "backward", "step", "follow"),
            {LEARNS: "clipped_without_gradients"},
            "loss.backward() comes before it",
        ),
        (changed(learn=lambda agent: agent.learns), {LEARNS: RAISES}, "AttributeError"),
        (
            learns(target_net=lambda batch: batch.net),
            {TARGETS: "targets_from_the_network", CLEARED: "zero_grad_missing"},
            "yet Q(s, a) fell",
        ),
        (scaled(-1), {TARGETS: "targets_from_the_network"}, "without another minus"),
        (
            learns(next_observation=lambda batch: batch.observation),
            {BATCH: "next_observation_not_used"},
            "what was seen *after* the step",
        ),
        (
            learns(gamma=lambda batch: 0.99),
            {BATCH: "fixed_discount", CLEARED: "zero_grad_missing"},
            "the agent's settings: s.gamma",
        ),
        (scaled(1.02), {BATCH: "wrong_gradient"}, "not that of your q_loss"),
        (
            learns(action=lambda batch: 1 - batch.action),
            {BATCH: "wrong_gradient"},
            "its observation, action",
        ),
        (learns(reward=lambda batch: batch.reward + 0.2), {BATCH: "wrong_gradient"}, "reward"),
        (
            optimizer(lambda parameters: torch.optim.Adam(list(parameters)[2:])),
            {BATCH: "wrong_gradient"},
            "reached the optimizer",
        ),
        (follows(lambda agent: None), {FOLLOWS: "target_never_follows"}, "s.tau"),
        (
            follows(lambda agent: soft_update(agent.net, agent.target_net, agent.settings.tau)),
            {FOLLOWS: "target_never_follows"},
            "the target network first",
        ),
        (
            follows(lambda agent: soft_update(agent.target_net, agent.net, 0.05)),
            {FOLLOWS: "follows_wrongly"},
            "with s.tau",
        ),
        (
            follows(lambda agent: [Agent.follow(agent) for _ in range(2)]),
            {FOLLOWS: "follows_wrongly"},
            "Call it once",
        ),
        (
            follows(
                lambda agent: soft_update(agent.target_net, agent.net, 1.002 * agent.settings.tau)
            ),
            {FOLLOWS: "follows_wrongly"},
            "the tau of the settings",
        ),
        (
            learn_in_order("backward", "clip", "step", "follow"),
            {CLEARED: "zero_grad_missing"},
            "backward() adds to them",
        ),
        (changed(clip=lambda agent: None), {CLIPPED: "not_clipped"}, "A gradient of "),
        (
            learn_in_order("zero_grad", "backward", "step", "clip", "follow"),
            {CLIPPED: "not_clipped"},
            "Between loss.backward() and",
        ),
        (
            changed(clip=lambda agent: nn.utils.clip_grad_value_(agent.net.parameters(), 100.2)),
            {CLIPPED: "not_clipped"},
            "A gradient of 100 reached the optimizer",
        ),
    ],
)
def test_a_wrong_agent_fails_the_check_of_its_mistake(agent, found, message, seed):
    result = judge(without_probes(), student(agent), seed)

    assert mistakes(result) == found
    assert message in messages(result)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "agent",
    [
        own(td_targets=lambda *_: torch.zeros(8)),
        own(td_targets=lambda net, reward, following, over, gamma: 2 * net(following)[:, 0]),
        own(td_targets=lambda *given: td_targets(*given[:-1], 1.0)),
        own(td_targets=lambda *given: 0.25 * td_targets(*given)),
        own(q_loss=lambda *given: -q_loss(*given)),
        own(q_loss=lambda *given: 150 * q_loss(*given)),
        own(soft_update=lambda *_: None),
        own(soft_update=lambda target_net, net, tau: soft_update(target_net, net, 1 - tau)),
    ],
)
def test_what_the_own_functions_get_wrong_is_charged_where_they_are_asked(agent, seed):
    assert mistakes(judge(without_probes(), student(agent), seed)) == {}


FORGETS_NEXT = learns(next_observation=lambda batch: batch.observation)
NEVER_CLEARS = learn_in_order("backward", "clip", "step", "follow")
NEVER_CLIPS = changed(clip=lambda agent: None)
BY_GRADIENT = optimizer(lambda parameters: torch.optim.SGD(parameters, lr=1e-2))


def undiscounted(*given):
    return td_targets(*given[:-1], 1.0)


def shifted(value):
    return lambda *given: td_targets(*given) + value


@pytest.mark.parametrize(
    ("name", "agent", "functions"),
    [
        (TARGETS, FROM_THE_NETWORK, {"td_targets": undiscounted}),
        (TARGETS, FROM_THE_NETWORK, {"td_targets": lambda *_: torch.zeros(8)}),
        (TARGETS, scaled(-1), {"td_targets": lambda *given: 2 * td_targets(*given)}),
        (TARGETS, scaled(-1), {"td_targets": lambda *_: None}),
        (TARGETS, scaled(-1), {"td_targets": lambda *_: torch.zeros(0)}),
        (TARGETS, scaled(-1), {"q_loss": lambda *given: -q_loss(*given)}),
        (TARGETS, scaled(-1), {"q_loss": lambda *_: 1.0}),
        (BATCH, changed(FORGETS_NEXT, memory_class=SixColumns), {}),
        (BATCH, NeverTerminates, {}),
        (BATCH, changed(FORGETS_NEXT, make_optimizer=BY_GRADIENT.make_optimizer), {}),
        (BATCH, FORGETS_NEXT, {"q_loss": lambda *given: q_loss(*given).detach()}),
        (BATCH, FROM_THE_NETWORK, {}),
        (BATCH, scaled(-1), {}),
        (FOLLOWS, follows(lambda agent: None), {"soft_update": lambda *_: None}),
        (CLEARED, NEVER_CLEARS, {"td_targets": undiscounted}),
        (CLEARED, NEVER_CLEARS, {"td_targets": shifted(2e-3)}),
        (CLEARED, NEVER_CLEARS, {"td_targets": shifted(-2e-3)}),
        (CLIPPED, NEVER_CLIPS, {"q_loss": lambda *given: q_loss(*given).detach()}),
        (CLIPPED, NEVER_CLIPS, {"q_loss": lambda net, *_: 190 * net.layer3.bias[0]}),
        (CLIPPED, changed(NEVER_CLIPS, make_optimizer=BY_GRADIENT.make_optimizer), {}),
    ],
)
def test_a_check_that_can_say_nothing_passes(name, agent, functions):
    assert mistakes(judge(only(name), student(agent, **functions), 1)) == {}


@pytest.mark.parametrize("deviation", [5e-4, -5e-4])
def test_rounded_targets_do_not_hide_that_gradients_are_not_cleared(deviation):
    result = judge(only(CLEARED), student(own(NEVER_CLEARS, td_targets=shifted(deviation))), 1)

    assert mistakes(result) == {CLEARED: "zero_grad_missing"}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_loss_that_is_never_at_rest_is_not_charged_to_the_agent(seed):
    def linear(net, observation, action, targets):
        taken = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
        return (taken - targets).mean()

    result = judge(only(CLEARED), student(own(q_loss=linear), q_loss=linear), seed)

    assert mistakes(result) == {}


@pytest.mark.parametrize(("second", "passes"), [(0.0, True), (0.89, True), (0.91, False)])
def test_a_second_step_as_long_as_the_first_though_nothing_is_to_learn_is_wrong(second, passes):
    lengths = iter([1.0, second])

    def learn(agent):
        with torch.no_grad():
            agent.net.layer3.bias[0] += next(lengths)

    (check,) = judge(only(CLEARED), student(changed(learn=learn)), 1).checks

    assert check.passed == passes


def test_the_gradient_that_was_not_clipped_is_told():
    agent = own(NEVER_CLIPS, q_loss=lambda net, *_: 210 * net.layer3.bias[0])
    result = judge(only(CLIPPED), student(agent), 1)

    assert mistakes(result) == {CLIPPED: "not_clipped"}
    assert "A gradient of 210 reached the optimizer." in messages(result)


@pytest.mark.parametrize("name", ["net", "target_net"])
def test_an_agent_without_one_of_its_networks_is_told_which(name):
    class Loses(Agent):
        def __init__(self, settings):
            super().__init__(settings)
            setattr(self, name, None)

    result = judge(only(TARGETS), student(Loses), 1)

    assert mistakes(result) == {TARGETS: "no_network"}
    assert f"in self.{name}." in messages(result)


@pytest.mark.parametrize("some", [slice(2, None), slice(4)], ids=["later", "first"])
def test_layers_that_the_optimizer_does_not_know_are_missed(some):
    agent = optimizer(lambda parameters: torch.optim.Adam(list(parameters)[some]))
    result = judge(only(BATCH), student(agent), 1)

    assert mistakes(result) == {BATCH: "wrong_gradient"}


@pytest.mark.parametrize("seed", range(5))
def test_the_wrong_observation_shows_because_the_errors_lie_where_the_loss_is_a_parabola(seed):
    errors = []

    def recorded(net, observation, action, targets):
        taken = net(observation).gather(1, action.unsqueeze(1)).squeeze(1)
        errors.append((taken - targets).mean().item())
        return q_loss(net, observation, action, targets)

    judge(only(BATCH), student(Agent, q_loss=recorded), seed)
    right, of_the_wrong_observation = errors[:2]

    assert 0 < right < 1
    assert 0 < of_the_wrong_observation < 1
    assert abs(right - of_the_wrong_observation) > 0.05


# --- probes


def test_a_right_agent_passes_all_probes():
    result = judge(update, student(Careful), 1)

    assert mistakes(result) == {}
    assert result.points == 7


def unmasked(target_net, reward, next_observation, terminated, gamma):
    return td_targets(target_net, reward, next_observation, torch.zeros_like(terminated), gamma)


def test_an_agent_in_a_probe_learns_in_every_train():
    learned = []
    agent = changed(learn=lambda agent: learned.append(agent.settings))
    judge(only(PROBES[0].check), student(agent), 1)

    assert len(learned) == ProbedAgent.rounds
    assert all(settings.gamma == ProbedAgent.gamma for settings in learned)


@pytest.mark.parametrize(
    ("number", "agent", "mistake"),
    [
        (1, own(td_targets=unmasked), "terminal_not_masked"),
        (3, learns(gamma=lambda batch: 0.0), "nothing_comes_later"),
        (4, learns(action=lambda batch: 1 - batch.action), "actions_swapped"),
    ],
)
def test_the_agents_own_network_is_read_in_a_probe(number, agent, mistake):
    check = PROBES[number - 1].check

    assert mistakes(judge(only(check), student(agent), 1)) == {check: mistake}


# --- the unit


def epsilon(step, start, end, decay):
    return end + (start - end) * np.exp(-step / decay)


def select_action(net, observation, epsilon):
    with torch.no_grad():
        values = net(torch.as_tensor(observation, dtype=torch.float32)).numpy()
    explore = np.random.rand(len(values)) < epsilon
    return np.where(explore, np.random.randint(values.shape[1], size=len(values)), values.argmax(1))


SOLVED_UNIT = {
    "ReplayMemory": Memory,
    "DQN": DQN,
    "epsilon": epsilon,
    "select_action": select_action,
    "td_targets": td_targets,
    "q_loss": q_loss,
    "soft_update": soft_update,
    "DQNAgent": Agent,
    "Settings": Settings,
    "diagnosis": lambda: "d",
}


def test_the_units_tasks_come_in_the_order_of_its_exercises():
    assert [(task.name, task.requires, task.points) for task in UNIT.tasks] == [
        ("dqn/memory", ("ReplayMemory",), 4),
        ("dqn/forward", ("DQN",), 2),
        ("dqn/epsilon", ("epsilon",), 1),
        ("dqn/act", ("select_action",), 3),
        ("dqn/targets", ("td_targets",), 3),
        ("dqn/loss", ("q_loss",), 3),
        ("dqn/soft_update", ("soft_update",), 3),
        ("dqn/update", ("DQNAgent",), 7),
        ("dqn/diagnosis", ("diagnosis",), 1),
    ]


@pytest.mark.parametrize(
    "task", [task for task in UNIT.tasks if task is not update], ids=lambda task: task.name
)
def test_right_answers_to_the_units_other_tasks_earn_all_points(task):
    result = judge(task, LocalStudent(SOLVED_UNIT, "torch"), 1)

    assert mistakes(result) == {}
    assert result.points == task.points


@pytest.mark.parametrize("letter", "abc")
def test_only_the_last_explanation_fits_the_diagnosis(letter):
    result = judge(UNIT.tasks[-1], LocalStudent({"diagnosis": lambda: letter}, "torch"), 1)

    assert mistakes(result) == {"the_right_option": "wrong_option"}


def test_the_agent_is_judged_as_the_notebook_promises():
    assert UNIT.agent.points == 6
    assert UNIT.agent.threshold == 475
    assert UNIT.agent.trainings == 3
    assert UNIT.agent.episodes == 100
    assert UNIT.agent.learning_test == DelayedRewardTest()
    assert UNIT.agent.training == Training(
        episodes=5_000, environments=32, max_steps=160_000, checkpoint_every=2_500
    )
