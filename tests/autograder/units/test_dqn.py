"""The tasks of dqn: what `forward` and `update` ask, and how the unit asks for its other parts."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from autograder.agents.learning_check import DelayedRewardTest
from autograder.checks.judge import judge
from autograder.checks.task import Task
from autograder.units.dqn import UNIT
from autograder.units.dqn.questions import DIAGNOSIS, RIGHT, WITHOUT_END
from autograder.units.dqn.update import update
from autograder.units.shared.probes import PROBES, check_names
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


def part(keep):
    """The task `update` with some of its checks."""
    task = Task(update.name, update.requires)
    for check in filter(keep, update.checks):
        task.check(check.name, check.points, check.blocking)(check.ask)  # without its needs
    return task


def without_probes():
    """The task `update`; the probes, which take longer, give no points."""
    return part(lambda check: check.points)


def only(name):
    """The task `update` with one of its checks."""
    return part(lambda check: check.name == name)


def messages(result):
    return " ".join(check.message for check in result.checks if not check.passed)


def test_the_target_networks_values_depend_on_the_observation():
    student = LocalStudent(
        {"DQN": DQN, "DQNAgent": Agent, "Settings": Settings, "ReplayMemory": Memory}, "torch"
    )
    random = np.random.default_rng(1)
    with student.doubles():
        trial = update.trial(student, random)
        trial.separate()
        values = trial.answers(trial.target_net, random.normal(size=(9, 4)).astype(np.float32))

    assert np.all(np.std(values, axis=0) > 0.1)


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
        network(lambda net, x: DQN.forward(net, torch.as_tensor(np.asarray(x)))),
    ],
    ids=["given", "narrower", "wider", "list", "a_bit_more", "rounded", "of_arrays_too"],
)
def test_a_right_network_earns_both_points(made, seed):
    result = ask_forward(made, seed)

    assert mistakes(result) == {}
    assert result.points == 2


def test_forward_asks_two_checks_of_a_point_each():
    assert forward.requires == ("DQN",)
    assert {check.name: check.points for check in forward.checks} == {SHAPE: 1, VALUES: 1}


def one(net, x):
    return functional.relu(net.layer1(x))


def hidden(net, x):
    return functional.relu(net.layer2(x))


@pytest.mark.parametrize(
    ("way", "mistake"),
    [
        (lambda net, x: DQN.forward(net, x).squeeze(), "one_row_squeezed"),
        (lambda net, x: DQN.forward(net, x.flatten().unsqueeze(0)), "flattened"),
    ],
)
def test_rows_stay_rows(way, mistake):
    assert mistakes(ask_forward(network(way))) == {SHAPE: mistake}


def test_the_observations_must_come_back_as_they_were():
    result = ask_forward(network(lambda net, x: DQN.forward(net, x.add_(1) - 1)))

    assert mistakes(result) == {VALUES: "observation_changed"}


@pytest.mark.parametrize("seed", range(5))
def test_the_values_of_a_new_network_are_small(seed):
    class Large(DQN):
        def __init__(self, n_observations=4, n_actions=2):
            super().__init__(n_observations, n_actions)
            nn.init.normal_(self.layer3.bias, std=10)

    class Kaiming(DQN):
        def __init__(self, n_observations=4, n_actions=2):
            super().__init__(n_observations, n_actions)
            for layer in (self.layer1, self.layer2, self.layer3):
                nn.init.kaiming_normal_(layer.weight)

    assert mistakes(ask_forward(Large, seed)) == {VALUES: "large_at_first"}
    assert mistakes(ask_forward(Kaiming, seed)) == {}


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
        (
            lambda net, x: net.layer3(functional.relu(net.layer1(x))),
            "second_layer_left_out",
            "not used",
        ),
        (
            lambda net, x: net.layer3(hidden(net, hidden(net, one(net, x)))),
            "second_layer_twice",
            "",
        ),
        (lambda net, x: net.layer3(one(net, x) + hidden(net, one(net, x))), "layers_added", "sum"),
        (
            lambda net, x: DQN.forward(net, functional.relu(x)),
            "relu_before_the_layers",
            "before layer1",
        ),
        (
            lambda net, x: DQN.forward(net, x - x.mean(dim=0)),
            "rows_depend_on_each_other",
            "than alone",
        ),
        (lambda net, x: DQN.forward(net, x).detach(), "no_gradient", "layer1.weight"),
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

NAMES = (
    "target_network_is_a_copy",
    "learn_moves_the_weights",
    "learns_what_the_batch_says",
    "learns_once_in_each_turn",
    "target_network_follows",
    "old_gradients_are_cleared",
    "gradients_are_clipped",
)
COPY, MOVES, BATCH, TURNS, FOLLOWS, CLEARED, CLIPPED = NAMES

#: An agent in a cell of its own: `update` puts doubles into the place of what it calls.
AGENT = """
import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class ReplayMemory:
    def __init__(self, capacity): raise NotImplementedError

class DQN(nn.Module):
    def forward(self, x): raise NotImplementedError

def td_targets(target_net, r, s, over, discount): raise NotImplementedError
def q_loss(net, s, a, y): raise NotImplementedError
def soft_update(slow, fast, part): raise NotImplementedError


class DQNAgent:
    def __init__(self, settings):
        self.settings = settings
        self.net = DQN()
        self.target_net = DQN()
        self.target_net.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=settings.lr)
        self.memory = ReplayMemory(settings.memory_size)

    def train(self, transition):
        reward = self.settings.reward_scale * transition.reward
        self.memory.push(transition._replace(reward=reward))
        if len(self.memory) >= self.settings.learning_starts:
            self.learn()

    def learn(self):
        s = self.settings
        b = self.memory.sample(s.batch_size)
        y = td_targets(self.target_net, b.reward, b.next_observation, b.terminated, s.gamma)
        loss = q_loss(self.net, b.observation, b.action, y)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_value_(self.net.parameters(), 100)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
"""
TARGETS = "td_targets(self.target_net, b.reward, b.next_observation, b.terminated, s.gamma)"
LOSS = "q_loss(self.net, b.observation, b.action, y)"
#: As in many tutorials: no batch before the memory holds one.
GUARD = """
        s = self.settings
        if len(self.memory) < s.batch_size:
            return
"""
#: An optimizer whose step clips first.
CLIPS = """class Clips(torch.optim.AdamW):
    def step(self, closure=None):
        nn.utils.clip_grad_value_(self.param_groups[0]["params"], 100)
        return super().step(closure)


class DQNAgent:"""
FOLLOW = "soft_update(self.target_net, self.net, s.tau)"
CLIP = "nn.utils.clip_grad_value_(self.net.parameters(), 100)"
STEP = "self.optimizer.step()"


def written(*edits):
    """A student whose agent differs from a right one by some edits."""
    source = AGENT
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    namespace = {"Settings": Settings}
    exec(source, namespace)
    return LocalStudent(namespace, "torch")


def test_update_asks_seven_checks_of_a_point_each_and_then_the_probes():
    assert update.requires == ("DQNAgent",)
    assert [(check.name, check.points) for check in update.checks] == [
        *((name, 1) for name in NAMES),
        *((name, 0) for name in check_names()),
    ]


def test_a_probe_is_asked_only_after_everything_before_it():
    assert [check.needs for check in update.checks if not check.points] == [
        (*NAMES, *check_names()[:number]) for number in range(len(PROBES))
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "edits",
    [
        (),
        ((FOLLOW, "pass"), ("b = self", FOLLOW + "; b = self")),
        (
            (
                TARGETS,
                "td_targets(discount=s.gamma, target_net=self.target_net, r=b.reward, "
                "s=b.next_observation, over=b.terminated)",
            ),
        ),
        (("torch.optim.AdamW(", "torch.optim.SGD(momentum=0.9, params="),),
        ((CLIP, "nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)"),),
        (("self.target_net = DQN()", "self.target_net = copy.deepcopy(self.net)"),),
        (("self.optimizer.zero_grad()", "self.net.zero_grad()"),),
        (("        s = self.settings\n", GUARD),),
        ((CLIP, "pass"), ("torch.optim.AdamW(", "Clips("), ("class DQNAgent:", CLIPS)),
        (
            (
                TARGETS,
                "b.reward + s.gamma * ~b.terminated * "
                "self.target_net(b.next_observation).max(1).values.detach()",
            ),
            (
                LOSS,
                "F.smooth_l1_loss(self.net(b.observation).gather(1, b.action[:, None])[:, 0], y)",
            ),
            (
                FOLLOW,
                """
        with torch.no_grad():
            for slow, fast in zip(self.target_net.parameters(), self.net.parameters()):
                slow += s.tau * (fast - slow)""",
            ),
        ),
    ],
    ids=[
        "usual",
        "follows first",
        "other names",
        "momentum",
        "norm",
        "copy",
        "zero_grad of the network",
        "waits for a batch",
        "clips in the step",
        "without its functions",
    ],
)
def test_right_agents_earn_all_points_whatever_their_functions_do(edits, seed):
    result = judge(without_probes(), written(*edits), seed)

    assert mistakes(result) == {}
    assert result.points == 7


@pytest.mark.parametrize(
    ("old", "new", "check", "mistake", "says"),
    [
        ("self.target_net = DQN()", "self.target_net = self.net", COPY, "target_aliased", "two"),
        ("self.target_net.load_state", "DQN().load_state", COPY, "target_not_copied", "same"),
        (STEP, "pass", MOVES, "step_missing", "self.optimizer.step()"),
        ("loss.backward()", "pass", MOVES, "clipped_without_gradients", "The order is"),
        (LOSS, LOSS + ".detach()", MOVES, "graph_cut", "nothing to differentiate"),
        (
            LOSS,
            LOSS.replace("self.net", "self.target_net"),
            MOVES,
            "the_wrong_network_learns",
            "self.net has to learn",
        ),
        (
            TARGETS,
            TARGETS.replace("self.target_net", "self.net"),
            BATCH,
            "targets_from_the_network",
            "give self.target_net to td_targets",
        ),
        (
            TARGETS,
            TARGETS.replace("next_observation", "observation"),
            BATCH,
            "next_observation_not_used",
            "observation where next_observation belongs",
        ),
        (TARGETS, TARGETS.replace("s.gamma", "0.99"), BATCH, "fixed_discount", "got 0.99"),
        (TARGETS, TARGETS.replace("b.reward", "b.reward + 0.2"), BATCH, "wrong_reward", "reward"),
        (
            TARGETS,
            TARGETS.replace("b.reward", "0 * b.reward + b.reward[0]"),
            BATCH,
            "one_row_repeated",
            "the same reward in all 32 rows",
        ),
        (LOSS, LOSS.replace("b.action", "1 - b.action"), BATCH, "wrong_action", "action"),
        (LOSS, LOSS.replace(", y)", ", y + 1)"), BATCH, "targets_not_passed_on", "unchanged"),
        ("loss.backward()", "(-loss).backward()", BATCH, "loss_negated", "without a minus"),
        ("loss.backward()", "(2 * loss).backward()", BATCH, "loss_scaled", "2 times"),
        ("(s.batch_size)", "(128)", BATCH, "fixed_batch_size", "samples 128"),
        (FOLLOW, "pass", FOLLOWS, "target_never_follows", "s.tau"),
        (FOLLOW, FOLLOW.replace("s.tau", "0.25"), FOLLOWS, "fixed_tau", "got 0.25"),
        (FOLLOW, FOLLOW + "; " + FOLLOW, FOLLOWS, "follows_twice", "2 times"),
        ("self.optimizer.zero_grad()", "pass", CLEARED, "zero_grad_missing", "adds to them"),
        (CLIP, "pass", CLIPPED, "not_clipped", "A gradient of "),
        (CLIP, CLIP.replace("100", "101"), CLIPPED, "not_clipped", "A gradient of -101"),
        (">= self.settings", "> self.settings", TURNS, "starts_too_late", ">="),
        (
            "            self.learn()",
            "            self.learn(); self.learn()",
            TURNS,
            "several_batches",
            "2 batches",
        ),
        (
            "self.memory.push(",
            "self.memory.push(transition); self.memory.push(",
            TURNS,
            "pushed_twice",
            "once in each",
        ),
        (
            "        if len(self.memory) >=",
            "        transition.observation[:] = 0\n        if len(self.memory) >=",
            TURNS,
            "argument_changed",
            "not the same after train",
        ),
        (
            "_replace(reward=reward)",
            "_replace(reward=0.5 * reward)",
            TURNS,
            "reward_scaled_twice",
            "twice",
        ),
    ],
)
def test_a_wrong_agent_fails_the_check_of_its_mistake_alone(old, new, check, mistake, says):
    result = judge(without_probes(), written((old, new)), 1)

    assert mistakes(result) == {check: mistake}
    assert says in messages(result)


#: What moves the weights, and has nothing to do with a batch.
SHAKES = """
        for p in self.net.parameters():
            p.grad = torch.ones_like(p)
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
        return
"""
#: The same after everything that only looks like learning.
SAMPLES_AND_SHAKES = """
        b = self.memory.sample(s.batch_size)
        for p in self.net.parameters():
            p.grad = torch.randn_like(p) * b.reward.mean()
        self.optimizer.step()
        soft_update(self.target_net, self.net, s.tau)
        return
"""
DECAYS = SAMPLES_AND_SHAKES.replace("torch.randn_like(p)", "p.detach()")


@pytest.mark.parametrize(
    ("learn", "mistake"),
    [
        (SHAKES, "never_sampled"),
        (SAMPLES_AND_SHAKES, "wrong_gradient"),
        (DECAYS, "wrong_gradient"),
    ],
)
def test_weights_that_move_by_anything_but_a_batch_earn_nothing(learn, mistake):
    edited = ("        s = self.settings\n", "        s = self.settings\n" + learn)
    result = judge(without_probes(), written(edited), 1)

    assert mistakes(result) == {MOVES: mistake}
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "targets",
    [
        "b.reward + 0.9 * ~b.terminated * self.target_net(b.next_observation).max(1)[0].detach()",
        "b.reward + s.gamma * ~b.terminated * self.net(b.next_observation).max(1)[0]",
        "b.reward",
    ],
    ids=["fixed discount", "gradient through the target", "reward alone"],
)
def test_a_wrong_batch_costs_one_point_also_without_the_functions(targets, seed):
    own = "F.mse_loss(self.net(b.observation).gather(1, b.action[:, None])[:, 0], y)"
    result = judge(without_probes(), written((TARGETS, targets), (LOSS, own)), seed)

    assert mistakes(result) == {BATCH: "wrong_gradient"}
    assert result.points == 6


def test_a_penalty_on_large_weights_costs_one_point():
    penalty = "; loss = loss + 1e-3 * sum((p**2).sum() for p in self.net.parameters())"
    result = judge(without_probes(), written((LOSS, LOSS + penalty)), 1)

    assert mistakes(result) == {BATCH: "wrong_gradient"}
    assert result.points == 6


def test_networks_swapped_in_the_soft_update_are_named():
    swapped = "soft_update(self.net, self.target_net, s.tau)"
    result = judge(only(FOLLOWS), written((FOLLOW, swapped)), 1)

    assert mistakes(result) == {FOLLOWS: "wrong_direction"}


def test_a_step_of_another_optimizer_is_named():
    other = "torch.optim.SGD(self.net.parameters(), 0.1).step()"
    result = judge(only(BATCH), written((STEP, other)), 1)

    assert mistakes(result) == {BATCH: "other_optimizer"}
    assert "not by a step of self.optimizer" in messages(result)


def test_rows_of_two_batches_are_named():
    twice = "b = self.memory.sample(s.batch_size); loss = "
    result = judge(only(BATCH), written(("loss = ", twice)), 1)

    assert mistakes(result) == {BATCH: "sampled_twice"}


# --- probes


def test_a_right_agent_passes_all_probes():
    source = {"DQNAgent": Agent, "Settings": Settings, "DQN": DQN}
    probes = part(lambda check: not check.points)

    assert mistakes(judge(probes, LocalStudent(source, "torch"), 1)) == {}


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
    "experiment": lambda: {"middles": [281.3, 88.0, 247.7, 9.3, 105.3], "misled": [6, 13, 1]},
    "diagnosis": lambda: {
        "targets": [0.73, 0.28, 0.55, 0.65],
        "too_large": [0.0, 0.27, 0.0, 0.63],
        "curves": "ebf",
    },
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
        ("dqn/experiment", ("experiment",), 2),
        ("dqn/diagnosis", ("diagnosis",), 1),
    ]


@pytest.mark.parametrize(
    "task", [task for task in UNIT.tasks if task is not update], ids=lambda task: task.name
)
def test_right_answers_to_the_units_other_tasks_earn_all_points(task):
    result = judge(task, LocalStudent(SOLVED_UNIT, "torch"), 1)

    assert mistakes(result) == {}
    assert result.points == task.points


def test_the_diagnosis_computes_what_the_two_functions_return():
    assert pytest.approx([0.73, 0.28, 0.55, 0.65]) == WITHOUT_END
    assert pytest.approx([0.73, 0.01, 0.55, 0.02]) == RIGHT


@pytest.mark.parametrize(
    ("part", "answer", "mistake"),
    [
        ("targets", [0.73, 0.01, 0.55, 0.02], "right_targets_given"),
        ("targets", [0.81, 0.31, 0.61, 0.72], "undiscounted"),
        ("targets", [0.46, 0.1, 0.37, 0.2], "smaller_value_taken"),
        ("targets", [0.73, 0.28, 0.55, 0.56], "wrong_numbers"),
        ("too_large", [0.0, 0.27, 0.54, 0.63], "time_limit_taken_for_an_end"),
        ("too_large", [0.0, -0.27, 0.0, -0.63], "right_minus_wrong"),
        ("curves", "bed", "wrong_matching"),
        ("curves", "eb", "no_matching"),
        ("curves", "ebb", "letter_used_twice"),
    ],
)
def test_each_part_of_the_diagnosis_is_judged_by_itself(part, answer, mistake):
    answers = {**SOLVED_UNIT["diagnosis"](), part: answer}
    result = judge(DIAGNOSIS, LocalStudent({"diagnosis": lambda: answers}, "torch"), 1)

    assert mistakes(result) == {part: mistake}


def test_the_agent_is_judged_as_the_notebook_promises():
    assert UNIT.agent.points == 4
    assert UNIT.agent.threshold == 475
    assert UNIT.agent.trainings == 3
    assert UNIT.agent.episodes == 100
    assert UNIT.agent.learning_test == DelayedRewardTest()
    assert UNIT.agent.training == Training(
        episodes=5_000, environments=32, max_steps=160_000, checkpoint_every=2_500
    )
