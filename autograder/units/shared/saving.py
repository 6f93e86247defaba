"""Saving an agent and loading it again: `save_agent(agent, path)`, `load_agent(agent, path)`."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task, check
from autograder.units.shared.networks import redraw
from autograder.worker.interface import Student, StudentObject


class SaveTask(Task):
    """A PyTorch agent's weights, counters and optimizer state come back from the file."""

    requires = ("save_agent", "load_agent")

    def __init__(self, name: str, agent_class: str) -> None:
        """agent_class: the name of the student's class whose agents are saved."""
        super().__init__(name)
        self.agent_class = agent_class

    @check(points=2)
    def everything_comes_back(self, student: Student, random: np.random.Generator) -> None:
        agent = student.call(self.agent_class)
        kept = redraw(network_of(agent), random)
        agent.set("games", 17)
        agent.set("mean_reward", 41.5)
        state = agent.call("optimizer.state_dict")
        _first_group(state)["lr"] = 0.0125
        # An optimizer keeps what belongs to no parameter of its own as it is.
        state["state"] = {"average": 0.25}
        agent.call("optimizer.load_state_dict", state)
        written = student.temporary_path("checkpoint.pt")
        student.call("save_agent", agent, written)
        # Only what stands in the file counts: it is moved, and another state saved in its place.
        path = student.temporary_path("moved.pt")
        expect(
            student.move(written, path),
            "no_file",
            "save_agent wrote no file at the path that it was given: torch.save(..., path).",
        )
        redraw(network_of(agent), random)
        agent.set("games", 18)
        agent.set("mean_reward", 0.5)
        student.call("save_agent", agent, written)
        other = student.call(self.agent_class)
        student.call("load_agent", other, path)
        _expect_loaded(other, kept)


def network_of(agent: StudentObject) -> StudentObject:
    """The network that decides. Raises CheckFailed if the agent has none in `net`."""
    network = agent.get("net")
    if not isinstance(network, StudentObject):
        raise CheckFailed("no_network", "The agent should keep its network in self.net.")
    return network


def _expect_loaded(agent: StudentObject, weights: dict[str, np.ndarray]) -> None:
    found = network_of(agent).parameters()
    expect(
        weights.keys() == found.keys()
        and all(np.array_equal(weights[name], found[name]) for name in weights),
        "model_not_loaded",
        "The loaded agent's network has other weights than the saved one: save "
        "agent.net.state_dict() and pass it to agent.net.load_state_dict(...).",
    )
    expect(
        agent.get("games") == 17 and agent.get("mean_reward") == 41.5,
        "counters_not_loaded",
        "games and mean_reward should come back, too.",
    )
    state = agent.call("optimizer.state_dict")
    expect(
        _first_group(state).get("lr") == 0.0125 and state.get("state") == {"average": 0.25},
        "optimizer_not_loaded",
        "The optimizer's state (its settings, Adam's averages) did not come back. Save and load "
        "agent.optimizer.state_dict(), or the first steps after loading go in a wrong direction.",
    )


def _first_group(state: Any) -> dict[str, Any]:
    """The settings of the optimizer's first group of parameters."""
    try:
        group = state["param_groups"][0]
    except (TypeError, LookupError):
        group = None
    if not isinstance(group, dict):
        raise CheckFailed("no_optimizer", "The agent should keep its optimizer in self.optimizer.")
    return group
