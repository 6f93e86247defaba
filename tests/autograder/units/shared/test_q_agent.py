"""What every Q-learning agent must do: its target network is a copy, and one of its own."""

import pytest
from torch import nn

from autograder.checks.judge import judge
from autograder.checks.task import check
from autograder.units.shared.q_agent import AgentNames, QAgentTask
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import failures, message

SEEDS = (1, 2)


def ask(task, function, seed):
    return judge(task, LocalStudent({task.requires[0]: function}, "torch"), seed)


def worth(task):
    """Each check's points, and the names of the blocking ones."""
    return {check.name: check.points for check in task.checks}, [
        check.name for check in task.checks if check.blocking
    ]


def copy_weights(target_net, net):
    target_net.load_state_dict(net.state_dict())


def shares_the_data(target_net, net):
    target_net.load_state_dict(net.state_dict(), assign=True)


class Agent:
    """An agent with a target network that begins as a copy."""

    def __init__(self, settings):
        self.net, self.target_net = self.network(), self.network()
        copy_weights(self.target_net, self.net)

    def network(self):
        return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))


class OneNetworkTwoNames(Agent):
    def __init__(self, settings):
        self.net = self.target_net = self.network()


class DrawsBoth(Agent):
    def __init__(self, settings):
        self.net, self.target_net = self.network(), self.network()


class SharesTheWeights(Agent):
    def __init__(self, settings):
        self.net, self.target_net = self.network(), self.network()
        shares_the_data(self.target_net, self.net)


class HasNoNetwork(Agent):
    def __init__(self, settings):
        super().__init__(settings)
        self.net = None


class HasNoTargetNetwork(Agent):
    def __init__(self, settings):
        super().__init__(settings)
        self.target_net = [self.target_net]


class NamesNoTarget(Agent):
    def __init__(self, settings):
        self.net = self.network()


class AgentTask(QAgentTask):
    """The check of an agent's target network, and one that comes after it."""

    requires = ("Agent",)
    names = AgentNames(cls="Agent")

    @check(points=1)
    def later(self, student, random):
        pass


def ask_agent(agent, seed):
    namespace = {"Agent": agent, "Settings": dict}
    return judge(AgentTask("unit/agent"), LocalStudent(namespace, "torch"), seed)


COPY = "target_network_is_a_copy"


def test_the_agents_target_network_is_worth_one_point():
    assert worth(QAgentTask("unit/agent", requires=("Agent",))) == ({COPY: 1}, [COPY])


@pytest.mark.parametrize("seed", SEEDS)
def test_an_agent_with_a_copy_passes(seed):
    result = ask_agent(Agent, seed)

    assert failures(result) == {}
    assert result.points == 2


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("agent", "mistake", "says"),
    [
        (OneNetworkTwoNames, "target_aliased", "self.target_net and self.net are one and the same"),
        (SharesTheWeights, "target_aliased", "they share their memory"),
        (DrawsBoth, "target_not_copied", "self.target_net should have the same weights"),
        (HasNoNetwork, "no_network", "a network in self.net."),
        (HasNoTargetNetwork, "no_network", "a network in self.target_net."),
        (NamesNoTarget, "raises_an_error", "target_net"),
    ],
)
def test_an_agent_without_a_copy_of_its_own_is_told(agent, mistake, says, seed):
    result = ask_agent(agent, seed)

    assert failures(result) == {COPY: mistake, "later": "not_reached"}
    assert says in message(result, COPY)
    assert result.points == 0
