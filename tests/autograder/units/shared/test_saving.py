"""Saving and loading: what counts is what stands in the file, and all of it must come back."""

from pathlib import Path

import pytest
import torch

from autograder.checks.judge import judge
from autograder.units.shared.agents import AgentKind
from autograder.units.shared.saving import SaveTask
from autograder.worker.local import LocalStudent

SEEDS = (0, 1)
CHECK = "everything_comes_back"
RATE = 0.0125
KIND = AgentKind("Agent", "Network")


class Agent:
    """What is saved of an agent: its network, its optimizer, and two counters."""

    lr = 5e-3

    def __init__(self):
        self.net = torch.nn.Linear(3, 2)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=self.lr)
        self.games = 0
        self.mean_reward = None


class TwoLayers(Agent):
    def __init__(self):
        super().__init__()
        self.net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=self.lr)


class TwoGroups(Agent):
    def __init__(self):
        super().__init__()
        self.optimizer = torch.optim.SGD(
            [{"params": [self.net.weight]}, {"params": [self.net.bias], "lr": 0.1}], lr=self.lr
        )


class LearnsInLargeSteps(Agent):
    lr = 0.1


class HasNoNetwork(Agent):
    def __init__(self):
        super().__init__()
        self.net = None


class HasNoLayers(Agent):
    def __init__(self):
        super().__init__()
        self.net = torch.nn.Identity()


class HasNoOptimizer(Agent):
    def __init__(self):
        super().__init__()
        del self.optimizer


class OddOptimizer:
    """An optimizer that tells its state in its own way."""

    def __init__(self, state):
        self.state = state

    def state_dict(self):
        return self.state

    def load_state_dict(self, state):
        self.state = state


def agent_with(optimizer_state):
    class HasAnOddOptimizer(Agent):
        def __init__(self):
            super().__init__()
            self.optimizer = OddOptimizer(optimizer_state)

    return HasAnOddOptimizer


def save(agent, path):
    torch.save(
        {
            "model_state_dict": agent.net.state_dict(),
            "optimizer_state_dict": agent.optimizer.state_dict(),
            "games": agent.games,
            "mean_reward": agent.mean_reward,
        },
        path,
    )


def load(agent, path):
    state = torch.load(path, weights_only=True)
    agent.net.load_state_dict(state["model_state_dict"])
    agent.optimizer.load_state_dict(state["optimizer_state_dict"])
    agent.games = state["games"]
    agent.mean_reward = state["mean_reward"]


def load_and(change):
    """A `load_agent` after which this happens to the agent, too."""

    def loads(agent, path):
        load(agent, path)
        change(agent)

    return loads


def load_without_network(agent, path):
    before = {name: value.clone() for name, value in agent.net.state_dict().items()}
    load(agent, path)
    agent.net.load_state_dict(before)


def load_without_bias(agent, path):
    before = agent.net.bias.detach().clone()
    load(agent, path)
    agent.net.bias.data.copy_(before)


def load_without_optimizer(agent, path):
    before = agent.optimizer.param_groups[0]["lr"]
    load(agent, path)
    agent.optimizer.param_groups[0]["lr"] = before


def load_without_averages(agent, path):
    load(agent, path)
    groups = agent.optimizer.param_groups
    agent.optimizer = torch.optim.Adam(agent.net.parameters())
    agent.optimizer.param_groups[0].update(lr=groups[0]["lr"])


def load_into_another_agent(agent, path):
    other = Agent()
    load(other, path)
    return other


def name_a_parameter_otherwise(agent):
    agent.net = torch.nn.Sequential(agent.net)


def add_a_parameter(agent):
    agent.net.temperature = torch.nn.Parameter(torch.ones(1))


def drop_the_bias(agent):
    agent.net.bias = None


def set_attribute(name, value):
    return lambda agent: setattr(agent, name, value)


def set_rate(value):
    return lambda agent: agent.optimizer.param_groups[0].update(lr=value)


def to_device(agent):
    """The well-known loop that moves the optimizer's state."""
    for state in agent.optimizer.state.values():
        for key, value in state.items():
            if isinstance(value, torch.Tensor):
                state[key] = value.to("cpu")


def replace_the_network(agent):
    weights = agent.net.state_dict()
    agent.net = torch.nn.Linear(3, 2)
    agent.net.load_state_dict(weights)


def save_whole_agent(agent, path):
    torch.save(vars(agent), path)


def load_whole_agent(agent, path):
    vars(agent).update(torch.load(path, weights_only=False))


def judged(agent=Agent, save_agent=save, load_agent=load, seed=0, network=None):
    namespace = {
        "Agent": agent,
        "Network": network or (lambda: torch.nn.Linear(3, 2)),
        "save_agent": save_agent,
        "load_agent": load_agent,
    }
    return judge(SaveTask("test/save", KIND), LocalStudent(namespace, "torch"), seed)


def assert_fails(result, mistake, says):
    (check,) = result.checks
    assert not check.passed
    assert check.mistake == mistake
    assert says in check.message
    assert result.points == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("agent", [Agent, TwoLayers, TwoGroups, LearnsInLargeSteps])
@pytest.mark.parametrize("load_agent", [load, load_and(to_device)])
def test_an_agent_that_comes_back_whole_earns_all_points(agent, load_agent, seed):
    result = judged(agent, load_agent=load_agent, seed=seed)

    assert [check.passed for check in result.checks] == [True]
    assert result.points == result.max_points == 2


def test_the_task_is_named_after_its_unit_and_needs_both_functions():
    task = SaveTask("test/save", KIND)

    assert task.name == "test/save"
    assert task.requires == ("save_agent", "load_agent")
    assert [check.name for check in task.checks] == [CHECK]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("load_agent", "mistake", "says"),
    [
        (load_without_network, "model_not_loaded", "other weights"),
        (load_without_bias, "model_not_loaded", "other weights"),
        (load_into_another_agent, "model_not_loaded", "other weights"),
        (load_and(name_a_parameter_otherwise), "model_not_loaded", "other weights"),
        (load_and(add_a_parameter), "model_not_loaded", "other weights"),
        (load_and(drop_the_bias), "model_not_loaded", "other weights"),
        (load_and(set_attribute("games", 0)), "counters_not_loaded", "come back"),
        (load_and(set_attribute("games", 18)), "counters_not_loaded", "come back"),
        (load_and(set_attribute("mean_reward", None)), "counters_not_loaded", "come back"),
        (load_and(set_attribute("mean_reward", 0.5)), "counters_not_loaded", "come back"),
        (load_and(set_attribute("mean_reward", 42.0)), "counters_not_loaded", "come back"),
        (load_without_optimizer, "optimizer_not_loaded", "state_dict"),
        (load_without_averages, "optimizer_not_loaded", "state_dict"),
        (load_and(set_rate(2 * RATE)), "optimizer_not_loaded", "learning rate"),
        (load_and(replace_the_network), "optimizer_of_another_network", "no new network"),
    ],
)
def test_what_does_not_come_back_is_named(load_agent, mistake, says, seed):
    assert_fails(judged(load_agent=load_agent, seed=seed), mistake, says)


def test_the_settings_of_the_first_parameters_must_come_back():
    result = judged(TwoGroups, load_agent=load_and(set_rate(2 * RATE)))

    assert_fails(result, "optimizer_not_loaded", "state_dict")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_file_must_stand_at_the_path_given(seed):
    def saves_elsewhere(agent, path):
        save(agent, f"{path}.zip")

    assert_fails(judged(save_agent=saves_elsewhere, seed=seed), "no_file", "wrote no file")
    assert_fails(judged(save_agent=lambda agent, path: None), "no_file", "wrote no file")


def test_a_file_that_is_too_large_is_told_so():
    def saves_much(agent, path):
        Path(path).write_bytes(bytes(9 << 20))

    assert_fails(judged(save_agent=saves_much), "file_too_large", "9437184 bytes are more than")


def test_a_file_with_other_entries_is_told_the_missing_ones():
    result = judged(save_agent=save_whole_agent, load_agent=load_whole_agent)

    assert_fails(result, "other_keys", "Missing: model_state_dict, optimizer_state_dict")


def test_a_file_that_torch_cannot_read_is_told_so():
    def writes_text(agent, path):
        Path(path).write_text("17")

    assert_fails(judged(save_agent=writes_text), "unreadable_file", "torch.load cannot read")


def Network():
    """A student's class that is not solved yet."""
    raise NotImplementedError


class HasAnUnsolvedNetwork(Agent):
    def __init__(self):
        self.net = Network()
        self.optimizer = torch.optim.Adam(self.net.parameters())


def test_an_agent_whose_network_is_not_solved_is_saved_with_one_of_the_checks():
    assert judged(HasAnUnsolvedNetwork, network=Network).points == 2


@pytest.mark.parametrize(
    ("agent", "mistake", "says"),
    [
        (HasNoNetwork, "no_network", "self.net"),
        (HasNoLayers, "no_parameters", "no parameters"),
        (HasNoOptimizer, "raises_an_error", "optimizer"),
        (agent_with(None), "no_optimizer", "self.optimizer"),
        (agent_with({}), "no_optimizer", "self.optimizer"),
        (agent_with({"param_groups": []}), "no_optimizer", "self.optimizer"),
        (agent_with({"param_groups": [RATE]}), "no_optimizer", "self.optimizer"),
    ],
)
def test_an_agent_without_what_is_saved_is_told_so(agent, mistake, says):
    assert_fails(judged(agent), mistake, says)


def save_and_fix(**counters):
    """A `save_agent` that writes other counters, computed from the agent."""

    def saves(agent, path):
        save(agent, path)
        state = torch.load(path, weights_only=True)
        torch.save(state | {name: change(agent) for name, change in counters.items()}, path)

    return saves


def adds_games(agent, path):
    before = agent.games
    load(agent, path)
    agent.games += before


def replaces_the_network_by_its_state(agent, path):
    load(agent, path)
    agent.net = agent.net.state_dict()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("saves", "loads", "mistake", "said"),
    [
        (
            save_and_fix(mean_reward=lambda agent: agent.mean_reward or 0.0),
            load,
            "counters_not_loaded",
            "None in the agent",
        ),
        (
            save_and_fix(mean_reward=lambda agent: float(agent.mean_reward)),
            load,
            "not_played_yet",
            "NoneType",
        ),
        (save, adds_games, "counters_not_loaded", "games should come back"),
        (save, replaces_the_network_by_its_state, "replaced_by_a_dictionary", "not with ="),
        (save_and_fix(model_state_dict=lambda agent: agent.net), load, "objects_saved", "brackets"),
        (save, load_into_another_agent, "model_not_loaded", "returned another agent"),
        (save, load_without_bias, "model_not_loaded", "in bias"),
    ],
)
def test_what_does_not_come_back_has_a_name(saves, loads, mistake, said, seed):
    namespace = {"Agent": Agent, "save_agent": saves, "load_agent": loads}
    (check,) = judge(SaveTask("test/save", KIND), LocalStudent(namespace, "torch"), seed).checks

    assert check.mistake == mistake
    assert said in check.message
