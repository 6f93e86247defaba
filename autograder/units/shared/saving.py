"""Saving an agent and loading it again: `save_agent(agent, path)`, `load_agent(agent, path)`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.checks.expect import CheckFailed, expect
from autograder.checks.raised import raised
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
OBJECTS_SAVED = (
    "Your file would hold whole objects of Python, which another program cannot read: the network "
    "or the optimizer itself, or a method, as state_dict without its brackets is one. Save what "
    "agent.net.state_dict() and agent.optimizer.state_dict() return."
)
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
        games, mean_reward = _draw_counters(random)
        agent.set("games", games)
        agent.set("mean_reward", mean_reward)
        _save(student, agent, path)
        parameters = network.parameters()
        _learn(student, agent, gradients[-1])
        return cls(games, mean_reward, rate, parameters, gradients[-1], network.parameters())

    def expect_in(self, student: Student, agent: StudentObject) -> None:
        """Raise CheckFailed unless this agent is as the saved one was, and learns as it did.

        The agent's network has these weights already.
        """
        _expect_counters(agent, self.games, self.mean_reward)
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
            "After loading, a step of agent.optimizer does not move the weights of agent.net: the "
            "network or its parameters are new, and the optimizer still holds the old ones. Copy "
            "the numbers into the parameters that are there: load_state_dict, without assign=True, "
            "and no new network.",
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
        content = _content(student, path)
        with student.fresh() as other, other.doubles():
            # Only what stands in the file counts: another process reads it, at another place.
            _expect_keys(other, other.write_file("moved.pt", content))
            agent = make_agent(other, self.kind, random)
            _expect_loaded(other, agent, other.write_file("moved.pt", content), saved.parameters)
            saved.expect_in(other, agent)
        self._expect_an_agent_that_has_not_played(student, random)

    def _expect_an_agent_that_has_not_played(
        self, student: Student, random: np.random.Generator
    ) -> None:
        """It comes back as well, into an agent that has played."""
        path = student.temporary_path("untrained.pt")
        with student.doubles():
            try:
                agent = make_agent(student, self.kind, random)
                agent.set("games", 0)
                agent.set("mean_reward", None)
                student.call("save_agent", agent, path)
                other = make_agent(student, self.kind, random)
                games, mean_reward = _draw_counters(random)
                other.set("games", games)
                other.set("mean_reward", mean_reward)
                student.call("load_agent", other, path)
            except StudentError as error:
                raise CheckFailed(
                    "not_played_yet",
                    Message.joined(
                        "Before its first episode an agent has games = 0 and mean_reward = None. "
                        "Such an agent should come back as well.",
                        raised(error),
                    ),
                ) from error
            _expect_counters(other, 0, None)


def saved_file(student: Student, path: str) -> np.ndarray | None:
    """The bytes of a file that the student's code wrote; None if there is none.

    Raises CheckFailed if it is too large to be read.
    """
    try:
        return student.read_file(path)
    except StudentError as error:
        raise CheckFailed(
            "file_too_large",
            Message(
                "The file that your code wrote is too large: {error}. Save only what the exercise "
                "names.",
                error=error.message,
            ),
        ) from error


def _draw_counters(random: np.random.Generator) -> tuple[int, float]:
    """Games and mean reward of an agent that has played."""
    return int(random.integers(100, 999)), float(random.uniform(20, 400))


def _save(student: Student, agent: StudentObject, path: str) -> None:
    """Let the student save the agent. Raises CheckFailed where it would save whole objects."""
    try:
        student.call("save_agent", agent, path)
    except StudentError as error:
        if "pickle" in error.message:
            raise CheckFailed("objects_saved", OBJECTS_SAVED) from error
        raise


def _content(student: Student, path: str) -> np.ndarray:
    """The file's bytes. Raises CheckFailed if there is none."""
    content = saved_file(student, path)
    if content is not None:
        return content
    for suffix in (".pt", ".pth"):
        expect(
            student.read_file(path + suffix) is None,
            "no_file",
            Message(
                "save_agent wrote its file at path + {suffix!r}. Write it at exactly the path that "
                "it was given: torch.save(..., path).",
                suffix=suffix,
            ),
        )
    raise CheckFailed(
        "no_file",
        "save_agent wrote no file at the path that it was given: torch.save(..., path).",
    )


def _expect_loaded(
    student: Student, agent: StudentObject, path: str, saved: dict[str, np.ndarray]
) -> None:
    """Let the student load the file. Raises CheckFailed unless these weights came back.

    The agent has counters of its own, so that only what was put back is equal.
    """
    agent.set("games", 7)
    agent.set("mean_reward", 11.0)
    before = network_of(agent).parameters()
    returned = student.call("load_agent", agent, path)
    for name, calls in (("net", "agent.net"), ("optimizer", "agent.optimizer")):
        item = agent.get(name)
        expect(
            isinstance(item, StudentObject) and item.kind not in ("dict", "OrderedDict"),
            "replaced_by_a_dictionary",
            Message(
                "After loading, {calls} is a dictionary. What state_dict() gave is put back with "
                "{calls}.load_state_dict(...), not with =.",
                calls=calls,
            ),
        )
    found = network_of(agent).parameters()
    if _equal(saved, found):
        return
    expect(
        not (
            isinstance(returned, StudentObject)
            and returned.kind == agent.kind
            and not student.same(returned, agent)
        ),
        "model_not_loaded",
        "load_agent returned another agent, and the agent that it was given has other weights than "
        "the saved one. Put everything back into the argument agent: whoever calls load_agent goes "
        "on with that one.",
    )
    expect(
        not _equal(before, found),
        "model_not_loaded",
        "The loaded agent's network has other weights than the saved one: load_agent did not "
        "change them at all. agent.net.load_state_dict(...) puts back what agent.net.state_dict() "
        "gave (with strict=False it ignores names that do not fit).",
    )
    missing = [name for name in saved if not _equal({name: saved[name]}, _only(found, name))]
    raise CheckFailed(
        "model_not_loaded",
        Message(
            "The loaded agent's network has other weights than the saved one in {names}. Save all "
            "of agent.net.state_dict() and pass it to agent.net.load_state_dict(...).",
            names=", ".join(missing) or "parameters that the saved one did not have",
        ),
    )


def _only(parameters: dict[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    return {name: parameters[name]} if name in parameters else {}


def _expect_counters(agent: StudentObject, games: int, mean_reward: float | None) -> None:
    for name, right in (("games", games), ("mean_reward", mean_reward)):
        value = agent.get(name)
        expect(
            value == right,
            "counters_not_loaded",
            Message(
                "{name} should come back as it was: {right} in the agent that was saved, but "
                "{value} after loading. save_agent stores it as it is, and load_agent sets it to "
                "what was stored.",
                name=name,
                right=right,
                value=value,
            ),
        )


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
    for key in ("model_state_dict", "optimizer_state_dict"):
        expect(not _is_object(content[key]), "objects_saved", OBJECTS_SAVED)


def _is_object(value: object) -> bool:
    """Whether it is a method, or something that has a state_dict of its own."""
    if not isinstance(value, StudentObject):
        return False
    if value.kind in ("method", "function", "builtin_function_or_method"):
        return True
    try:
        value.get("state_dict")
    except StudentError:
        return False
    return True


def _equal(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> bool:
    return first.keys() == second.keys() and all(
        first[name].shape == second[name].shape
        and np.allclose(first[name], second[name], rtol=1e-5, atol=1e-6)
        for name in first
    )


def _first_group(state: object) -> dict[str, object]:
    """The settings of the optimizer's first group of parameters."""
    groups = state.get("param_groups") if isinstance(state, dict) else None
    if not (isinstance(groups, list) and groups and isinstance(groups[0], dict)):
        raise CheckFailed("no_optimizer", "The agent should keep its optimizer in self.optimizer.")
    return groups[0]
