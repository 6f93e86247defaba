"""Saving an agent and loading it again: `save_agent(agent, path)`, `load_agent(agent, path)`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.units.shared.agents import AgentKind, make_agent, network_of
from autograder.units.shared.examples.networks import SAVING
from autograder.units.shared.networks import redraw
from autograder.worker.interface import Scaled, Student, StudentError, StudentObject

#: The entries of the dictionary in the file, as the exercise names them.
KEYS = ("games", "model_state_dict", "optimizer_state_dict", "mean_reward")
#: Steps of the optimizer, each with another gradient; all but the last before saving.
STEPS = 4
_ONE = np.ones((), np.float32)


@dataclass(frozen=True)
class SavedAgent:
    """A student's agent that has learned a little: what must come back from its file."""

    games: int
    mean_reward: float
    learning_rate: float
    parameters: dict[str, np.ndarray]
    next_gradient: dict[str, np.ndarray]
    next_parameters: dict[str, np.ndarray]  # after a step of its optimizer with this gradient

    @classmethod
    def save(
        cls, student: Student, agent: StudentObject, path: str, random: np.random.Generator
    ) -> SavedAgent:
        """Let the agent learn, save it, and let it learn once more."""
        network = network_of(agent)
        redraw(network, random)
        gradients = [
            {
                name: random.normal(size=part.shape).astype(part.dtype)
                for name, part in network.parameters().items()
            }
            for _ in range(STEPS)
        ]
        rate = float(np.round(random.uniform(0.02, 0.05), 4))
        state = agent.call("optimizer.state_dict")
        _first_group(state)["lr"] = rate
        agent.call("optimizer.load_state_dict", state)
        for gradient in gradients[:-1]:
            _learn(student, agent, gradient)
        games, mean_reward = (
            int(random.integers(100, 999)),
            float(np.round(random.uniform(20, 400), 2)),
        )
        agent.set("games", games)
        agent.set("mean_reward", mean_reward)
        student.call("save_agent", agent, path)
        parameters = network.parameters()
        _learn(student, agent, gradients[-1])
        return cls(games, mean_reward, rate, parameters, gradients[-1], network.parameters())

    def expect_in(self, student: Student, agent: StudentObject) -> None:
        """Raise CheckFailed unless this agent is as the saved one was, and learns as it did."""
        found = network_of(agent).parameters()
        expect(
            _equal(self.parameters, found),
            "model_not_loaded",
            "The loaded agent's network has other weights than the saved one: save "
            "agent.net.state_dict() and pass it to agent.net.load_state_dict(...).",
        )
        for name, right in (("games", self.games), ("mean_reward", self.mean_reward)):
            value = agent.get(name)
            expect(
                value == right,
                "counters_not_loaded",
                Message(
                    "{name} should come back, too: it was {right}, and is {value} after loading.",
                    name=name,
                    right=right,
                    value=value,
                ),
            )
        rate = _first_group(agent.call("optimizer.state_dict")).get("lr")
        expect(
            rate == self.learning_rate,
            "optimizer_not_loaded",
            Message(
                "The optimizer's settings did not come back: its learning rate was {right}, and is "
                "{rate} after loading. Save and load agent.optimizer.state_dict().",
                right=self.learning_rate,
                rate=rate,
            ),
        )
        self._expect_same_step(student, agent)

    def _expect_same_step(self, student: Student, agent: StudentObject) -> None:
        _learn(student, agent, self.next_gradient)
        found = network_of(agent).parameters()
        expect(
            not _equal(self.parameters, found),
            "optimizer_of_another_network",
            "After loading, a step of agent.optimizer does not move the weights of agent.net: it "
            "still holds those of another network. Load the weights into the network that is there "
            "(load_state_dict), do not replace it.",
        )
        expect(
            _equal(self.next_parameters, found),
            "optimizer_not_loaded",
            "After loading, the next step of the optimizer is another one than without saving: its "
            "averages did not come back. Save and load agent.optimizer.state_dict().",
        )


class SaveTask(Task):
    """A PyTorch agent's weights, counters and optimizer state come back from the file."""

    requires = ("save_agent", "load_agent")
    examples = (SAVING,)

    def __init__(self, name: str, kind: AgentKind) -> None:
        """kind: the student's classes whose agents are saved."""
        super().__init__(name)
        self.kind = kind

    @check(points=2)
    def everything_comes_back(self, student: Student, random: np.random.Generator) -> None:
        path = student.temporary_path("checkpoint.pt")
        with student.doubles():
            agent = make_agent(student, self.kind, random)
            saved = SavedAgent.save(student, agent, path, random)
        content = student.read_file(path)
        if content is None:
            raise CheckFailed(
                "no_file",
                "save_agent wrote no file at the path that it was given: torch.save(..., path).",
            )
        with student.fresh() as other, other.doubles():
            # Only what stands in the file counts: another process reads it, at another place.
            _expect_keys(other, other.write_file("moved.pt", content))
            agent = make_agent(other, self.kind, random)
            other.call("load_agent", agent, other.write_file("moved.pt", content))
            saved.expect_in(other, agent)


def _learn(student: Student, agent: StudentObject, gradient: dict[str, np.ndarray]) -> None:
    """One step of the agent's own optimizer with this gradient."""
    heads = student.linear(network_of(agent), [gradient])
    loss = student.put(Scaled(heads, _ONE))
    agent.call("optimizer.zero_grad")
    loss.call("backward")
    agent.call("optimizer.step")


def _expect_keys(student: Student, path: str) -> None:
    """Raise CheckFailed unless the file holds a dictionary with the entries that were asked for."""
    try:
        content = student.load_checkpoint(path)
    except StudentError as error:
        raise CheckFailed(
            "unreadable_file",
            Message(
                "torch.load cannot read the file that save_agent wrote ({kind}). Write it with "
                "torch.save.",
                kind=error.kind,
            ),
        ) from error
    missing = [key for key in KEYS if not (isinstance(content, dict) and key in content)]
    expect(
        not missing,
        "other_keys",
        Message(
            "The file should hold a dictionary with the keys {keys}. Missing: {missing}.",
            keys=", ".join(KEYS),
            missing=", ".join(missing),
        ),
    )


def _equal(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    return first.keys() == second.keys() and all(
        np.allclose(first[name], second[name], rtol=1e-5, atol=1e-6) for name in first
    )


def _first_group(state: object) -> dict[str, object]:
    """The settings of the optimizer's first group of parameters."""
    groups = state.get("param_groups") if isinstance(state, dict) else None
    if not (isinstance(groups, list) and groups and isinstance(groups[0], dict)):
        raise CheckFailed("no_optimizer", "The agent should keep its optimizer in self.optimizer.")
    return groups[0]
