"""Saving an agent and loading it again, asked of every PyTorch agent that learns from episodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task
from autograder.units.shared.networks import redraw
from autograder.worker.interface import Student, StudentObject


def save_task(unit: str, agent_class: str, points: float = 2) -> Task:
    """The task `<unit>/save`: `save_agent(agent, path)` and `load_agent(agent, path)`."""
    task = Task(f"{unit}/save", requires=("save_agent", "load_agent"))

    @task.check("everything_comes_back", points=points)
    def everything_comes_back(student: Student, random: np.random.Generator) -> None:
        agent = student.call(agent_class)
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
        other = student.call(agent_class)
        student.call("load_agent", other, path)
        found = network_of(other).parameters()
        expect(
            kept.keys() == found.keys()
            and all(np.array_equal(kept[name], found[name]) for name in kept),
            "model_not_loaded",
            "The loaded agent's network has other weights than the saved one: save "
            "agent.net.state_dict() and give it to agent.net.load_state_dict(...).",
        )
        expect(
            other.get("games") == 17 and other.get("mean_reward") == 41.5,
            "counters_not_loaded",
            "games and mean_reward should come back, too.",
        )
        state = other.call("optimizer.state_dict")
        expect(
            _first_group(state).get("lr") == 0.0125 and state.get("state") == {"average": 0.25},
            "optimizer_not_loaded",
            "The optimizer's state (its settings, Adam's averages) did not come back: save and "
            "load agent.optimizer.state_dict(), or the first steps after loading go astray.",
        )

    return task


def _first_group(state: Any) -> dict[str, Any]:
    """The settings of the optimizer's first group of parameters."""
    try:
        group = state["param_groups"][0]
    except (TypeError, LookupError):
        group = None
    if not isinstance(group, dict):
        raise CheckFailed("no_optimizer", "The agent should keep its optimizer in self.optimizer.")
    return group


def network_of(agent: StudentObject) -> StudentObject:
    """The network that decides."""
    network = agent.get("net")
    if not isinstance(network, StudentObject):
        raise CheckFailed("no_network", "The agent should keep its network in self.net.")
    return network
