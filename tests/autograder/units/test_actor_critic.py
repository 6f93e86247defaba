"""The tasks of actor_critic, and the critic's value in what choose_action answers."""

import numpy as np
import pytest
import torch
from torch.distributions import Categorical

from autograder.agents.decider import Network
from autograder.agents.learning_check import RandomRewardTest
from autograder.authoring.lettered_curves import lettered_question
from autograder.checks.judge import judge
from autograder.course import Course
from autograder.units.actor_critic import UNIT
from autograder.units.actor_critic.network import probabilities_of_net
from autograder.units.actor_critic.questions import TRAINING
from autograder.worker.local import LocalStudent
from helpers.estimates import estimate_difference, interquartile_mean
from helpers.lettered_curves import load_lettered_curves
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
        "actor_critic/first_agent": 1,
        "actor_critic/update": 6,
        "actor_critic/experiment": 2,
        "actor_critic/save": 1,
        "actor_critic/diagnosis": 1,
    }
    assert act.checks[-1].name == VALUE
    assert act.checks[-1].points == 1
    assert not act.checks[-1].blocking
    assert UNIT.framework == "torch"


ANSWERS = {"advantages": [0.7, -0.5, 0.2, -1.3], "moved": [0, 1, 4, 5], "curves": "dfa"}


@pytest.mark.parametrize(
    ("other", "points"),
    [
        ({}, 1),
        ({"curves": "fda"}, 0.5),
        ({"moved": [4, 5]}, 0.75),
        ({"advantages": [-0.7, 0.5, -0.2, 1.3]}, 0.75),
    ],
)
def test_each_part_of_the_diagnosis_has_its_points(other, points):
    diagnosis = UNIT.task("actor_critic/diagnosis")
    result = judge(diagnosis, LocalStudent({"diagnosis": lambda: ANSWERS | other}, None), 1)

    assert result.points == points


def test_the_letters_stand_for_the_edits_that_were_measured():
    """The digest, the file that says what was measured, and the curves agree."""
    question = lettered_question(Course.find(), UNIT).letters
    detached, swapped, large = (question[letter] for letter in ANSWERS["curves"])

    assert "log_probs.detach()" in detached[0].new
    assert swapped[0].new == "values.detach() - returns"
    assert "lr=3e-1" in large[0].new
    curves = load_lettered_curves("actor_critic")["curves"]
    assert set(curves) == set(question) == set("abcdef")
    assert curves["f"]["high"][-1] < 12 and 17 < curves["d"]["middle"][-1] < 35


def test_the_parts_that_move_are_those_with_a_gradient():
    """The first colleague's losses: only the critic's one reaches the network."""
    network = torch.nn.ModuleDict(
        {"hidden": torch.nn.Linear(4, 3), "policy": torch.nn.Linear(3, 2),
         "critic": torch.nn.Linear(3, 1)}
    )  # fmt: skip
    hidden = torch.relu(network["hidden"](torch.randn(5, 4)))
    log_probs = Categorical(logits=network["policy"](hidden)).log_prob(torch.zeros(5))
    values = network["critic"](hidden).squeeze(-1)
    loss = (-log_probs.detach()).mean() + torch.nn.functional.smooth_l1_loss(values, torch.ones(5))
    loss.backward()

    moved = [i for i, part in enumerate(network.parameters()) if part.grad is not None]
    assert moved == ANSWERS["moved"]


def test_the_table_of_the_experiment_is_read_as_it_was_measured():
    shown = {"middles": interquartile_mean(TRAINING), "shown": [1, 5]}
    task = UNIT.task("actor_critic/experiment")

    assert judge(task, LocalStudent({"experiment": lambda: shown}, None), 1).points == 2
    critic, none, three = TRAINING
    differences = [estimate_difference(*pair) for pair in ((critic, none), (critic, three))]
    assert [round(value, 1) for value in differences[0]] == [24.5, -0.1, 53.4]
    assert [round(value, 1) for value in differences[1]] == [59.1, 3.7, 95.2]


def test_an_agent_that_saves_nothing_earns_no_point():
    save = UNIT.tasks[-2]

    assert save.requires == ("save_agent", "load_agent")
    assert judge(save, LocalStudent({}, "torch"), 1).points == 0


def test_the_agent_is_trained_and_judged_as_the_unit_promises():
    assert UNIT.agent.points == 3
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
