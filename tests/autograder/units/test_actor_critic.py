"""The tasks of actor_critic, and the critic's value in what choose_action answers."""

import numpy as np
import pytest
import torch
from torch.distributions import Categorical

from autograder.agents.decider import Network
from autograder.agents.learning_check import RandomRewardTest
from autograder.checks.judge import judge
from autograder.units.actor_critic import UNIT
from autograder.units.actor_critic.network import probabilities_of_net
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import verdicts

SEEDS = (1, 2)

VALUE = "value_of_the_critic"

act = UNIT.task("actor_critic/act")


def observed(observation):
    return torch.as_tensor(observation, dtype=torch.float32)


def choose_action(net, observation):
    probs, value = net(observed(observation))
    m = Categorical(probs)
    action = m.sample()
    return action, m.log_prob(action), value


def with_values(values):
    """Right but for the values: what is computed from the network's two answers."""

    def function(net, observation):
        action, log_prob, _ = choose_action(net, observation)
        return action, log_prob, values(*net(observed(observation)))

    return function


def failures(function, seed):
    student = LocalStudent({"choose_action": function}, "torch")
    return verdicts(judge(act, student, seed))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "function",
    [
        choose_action,
        with_values(lambda probs, value: value + 0.9e-4),
        lambda net, observation: list(choose_action(net, observation)),
    ],
    ids=["plain", "rounded", "list"],
)
def test_a_right_choice_earns_all_points(function, seed):
    assert failures(function, seed) == {}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("values", "mistake", "said"),
    [
        (lambda probs, value: probs.max(dim=-1).values, "likeliest_probability", "largest"),
        (lambda probs, value: -value, "wrong_value", "as the network returned"),
        (lambda probs, value: torch.relu(value - 100), "wrong_value", "as the network returned"),
        (lambda probs, value: value * 1.01 + 1e-3, "wrong_value", "as the network returned"),
        (lambda probs, value: value.detach(), "value_cut_off", "only in the advantage"),
        (lambda probs, value: value.detach().numpy(), "value_cut_off", "numpy()"),
    ],
)
def test_a_wrong_value_is_named(values, mistake, said, seed):
    found = failures(with_values(values), seed)

    assert list(found) == [VALUE]
    assert found[VALUE][0] == mistake
    assert said in found[VALUE][1]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_choice_without_the_value_ends_the_task(seed):
    found = failures(lambda net, observation: choose_action(net, observation)[:2], seed)

    assert [mistake for mistake, _ in found.values()] == ["not_three_results"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_of_the_check_uses_every_parameter(seed):
    """A bias or a layer that is left out shows in the values."""
    asked = []

    def listening(net, observation):
        asked.append(net)
        return choose_action(net, observation)

    assert failures(listening, seed) == {}
    shapes = [tuple(parameter.shape) for parameter in asked[-1].parameters()]
    assert sorted(shapes) == [(1,), (1, 8), (2,), (2, 8), (8,), (8, 4)]
    assert all(torch.all(parameter != 0) for parameter in asked[-1].parameters())


def test_the_tasks_in_order_and_their_points():
    assert {task.name: task.points for task in UNIT.tasks} == {
        "actor_critic/forward": 4,
        "actor_critic/act": 4,
        "actor_critic/advantage": 2,
        "actor_critic/losses": 4,
        "actor_critic/update": 6,
        "actor_critic/save": 1,
        "actor_critic/diagnosis": 1,
    }
    assert act.checks[-1].name == VALUE
    assert act.checks[-1].points == 1
    assert not act.checks[-1].blocking
    assert UNIT.framework == "torch"


@pytest.mark.parametrize(
    ("letter", "points"), [("a", 0), ("b", 0), ("c", 1), ("d", 0), (" C ", 1), ("e", 0)]
)
def test_the_diagnosis_has_one_right_option(letter, points):
    diagnosis = UNIT.tasks[-1]
    result = judge(diagnosis, LocalStudent({"diagnosis": lambda: letter}, None), 1)

    assert result.points == points


def test_an_agent_that_saves_nothing_earns_no_point():
    save = UNIT.tasks[-2]

    assert save.requires == ("save_agent", "load_agent")
    assert judge(save, LocalStudent({}, "torch"), 1).points == 0


def test_the_agent_is_trained_and_judged_as_the_unit_promises():
    assert UNIT.agent.points == 6
    assert UNIT.agent.threshold == 475
    assert UNIT.agent.training.episodes == 2_500
    assert UNIT.agent.training.environments == 64
    assert UNIT.agent.training.max_steps == 600_000
    assert UNIT.agent.training.checkpoint_every == 16_000
    assert UNIT.agent.learning_test == RandomRewardTest()
    assert UNIT.agent.decider == Network(probabilities_of_net)


def test_the_values_of_the_agent_are_its_probabilities():
    class Agent:
        def net(self, x):
            return torch.softmax(x[:, :2], dim=-1), x[:, 2]

    student = LocalStudent({"make_agent": Agent}, "torch")
    agent = student.call(UNIT.agent.factory)
    observation = np.eye(4, dtype=np.float32)

    np.testing.assert_allclose(
        UNIT.agent.decider.values(student, agent, observation).sum(axis=1), 1, rtol=1e-6
    )
