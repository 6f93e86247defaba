"""An agent that learns from whole episodes, with doubles in the place of its other functions.

What such an agent remembers is made linear in its network's parameters, so that the effect of an
update on the weights is known by value, whatever the network and the other functions compute.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np

from autograder.checks.expect import CheckFailed, expect, expect_shape
from autograder.messages import Message
from autograder.units.shared.agents import AgentKind, make_agent, network_of
from autograder.units.shared.networks import WIDTH, differences
from autograder.worker.interface import (
    Returned,
    Scaled,
    Student,
    StudentError,
    StudentObject,
    Tensor,
)
from helpers.agents import Transition

#: The learning rate of the optimizer that the checks lend to the agent.
RATE = 0.5
#: Small directions keep gradients below every limit at which somebody may clip them.
DIRECTION_SCALE = 0.003
#: How exactly a step must be what was expected, relative to it.
TOLERANCE = 0.01


@dataclass(frozen=True)
class EpisodeAgent:
    """A student's agent whose optimizer is plain gradient descent, lent by the checks.

    directions: of each of the values that are linear in the parameters, one for each head.
    """

    student: Student
    handle: StudentObject
    net: StudentObject
    directions: tuple[dict[str, np.ndarray], ...]
    heads: StudentObject  # the linear values
    before: dict[str, np.ndarray]  # the parameters at the beginning
    steps_before: int = 0  # of the optimizer

    @classmethod
    def make(cls, student: Student, kind: AgentKind, random: np.random.Generator) -> EpisodeAgent:
        """A fresh agent. Call it within `student.doubles()`."""
        handle = make_agent(student, kind, random)
        net = network_of(handle)
        optimizer = handle.get("optimizer")
        if not isinstance(optimizer, StudentObject):
            raise CheckFailed(
                "no_optimizer", "The agent should keep its optimizer in self.optimizer."
            )
        handle.set("optimizer", student.plain_optimizer(optimizer, RATE))
        before = net.parameters()
        directions = tuple(_direction(before, random) for _ in range(kind.heads))
        return cls(student, handle, net, directions, student.linear(net, directions), before)

    def from_here(self) -> EpisodeAgent:
        """The same agent; what moves from now on is compared with the weights of now."""
        return replace(
            self, before=self.net.parameters(), steps_before=self.steps_before + self.steps
        )

    def remembered(self, head: int, scales: np.ndarray) -> Scaled:
        """Numbers with a gradient for the network's parameters, one for each scale."""
        return Scaled(self.heads, scales, head)

    def numbers(self, head: int, scales: np.ndarray) -> np.ndarray:
        """What `remembered` is worth as long as the weights are those of the beginning."""
        return scales * _along(self.directions[head], self.before)

    @property
    def steps(self) -> int:
        """How many steps the optimizer has made since the beginning."""
        try:
            steps = self.handle.get("optimizer.steps")
        except StudentError:  # another optimizer, which the agent has made since then
            return 0
        return steps - self.steps_before if isinstance(steps, int) else 0

    def act(self, observation: np.ndarray) -> np.ndarray:
        """The agent's actions, (n,) of whole numbers. Raises CheckFailed for anything else."""
        return self._checked(self.handle.call("act", observation), len(observation))

    def _checked(self, answer: object, rows: int) -> np.ndarray:
        action = expect_shape(
            answer,
            (rows,),
            "wrong_actions",
            "act should return one action for each row.",
        )
        expect(
            action.dtype.kind in "iu" and bool(np.all((action >= 0) & (action < 2))),
            "wrong_actions",
            Message("act should return the actions 0 or 1, not {actions}.", actions=action),
        )
        return action

    def act_for_the_loop(self, observation: np.ndarray) -> np.ndarray:
        """The same, but the actions must be an array, as the training loop expects."""
        found = self.student.call_ref(self.handle.get("act"), observation)
        expect(
            found.kind != "Tensor",
            "wrong_actions",
            "act should return the actions as a NumPy array, yours is a tensor: action.numpy().",
        )
        return self._checked(self.student.fetch(found), len(observation))

    def update(self, *arguments: object) -> None:
        """Call the agent's own update. Raises CheckFailed for errors with a known cause."""
        try:
            self.handle.call("update", *arguments)
        except StudentError as error:
            explain(error)

    def train(self, transition: Transition) -> None:
        """Let the agent learn from a step, with the same explanations."""
        try:
            self.handle.call("train", transition)
        except StudentError as error:
            explain(error)

    def moved(self) -> Moved:
        """How far the weights are from where they were."""
        return Moved.along(self.directions, self.before, self.net.parameters())

    def remembers_a_gradient(self, entry: int, part: int | str | None = None) -> bool:
        """Whether an entry of the agent's memory still carries a gradient.

        part: what of it is meant, of a tuple by its number, of an object by its name.
        """
        student = self.student
        double = student.double("a_remembered_number", ("x",), Returned((None,)))
        item = self.handle.get("memory.__getitem__")
        if isinstance(part, str):
            remembered = student.call_ref(item, entry)
            held = student.call_ref(remembered.get("__getattribute__"), part)
        else:
            held = student.call_ref(item, entry, output=part)
        student.call(double, held)
        return bool(double.call("tracked", 0, "x"))


def _direction(parameters: dict[str, np.ndarray], random: np.random.Generator) -> dict[str, Any]:
    """A random direction in which these parameters reach a negative number, like a log-probability.

    Its sign is that of each loss of the checks: a verdict may depend on it, but not on the seed.
    """
    direction = {
        name: random.normal(scale=DIRECTION_SCALE, size=part.shape).astype(part.dtype)
        for name, part in parameters.items()
    }
    sign = -1 if _along(direction, parameters) > 0 else 1
    return {name: (sign * part).astype(part.dtype) for name, part in direction.items()}


def _along(direction: dict[str, Any], parameters: dict[str, np.ndarray]) -> float:
    """The number that parameters reach in a direction: the sum of their products."""
    return sum(
        float(np.sum(part * direction[name], dtype=np.float64)) for name, part in parameters.items()
    )


@dataclass(frozen=True)
class Moved:
    """A move of the weights as a sum of directions."""

    amounts: tuple[float, ...]  # of each direction
    rest: float  # what no direction explains, relative to the move
    unmoved: tuple[str, ...]  # parameters that stayed exactly where they were

    @classmethod
    def along(
        cls,
        directions: tuple[dict[str, np.ndarray], ...],
        before: dict[str, np.ndarray],
        after: dict[str, np.ndarray],
    ) -> Moved:
        """Split a move by least squares. Raises CheckFailed for parameters of other shapes."""
        parts = differences(before, after)
        move = np.concatenate([parts[name].ravel() for name in parts]).astype(np.float64)
        basis = np.stack(
            [np.concatenate([part[name].ravel() for name in parts]) for part in directions], axis=1
        )
        amounts, *_ = np.linalg.lstsq(basis.astype(np.float64), move, rcond=None)
        length = float(np.linalg.norm(move))
        rest = float(np.linalg.norm(move - basis @ amounts)) / length if length else 0.0
        unmoved = tuple(name for name, part in parts.items() if not np.any(part))
        return cls(tuple(float(amount) for amount in amounts), rest, unmoved)

    @property
    def nowhere(self) -> bool:
        """Whether no weight has changed."""
        return not any(self.amounts) and self.rest == 0

    def shares(self, expected: tuple[float, ...]) -> tuple[float, ...]:
        """The amounts relative to the expected ones."""
        return tuple(amount / right for amount, right in zip(self.amounts, expected, strict=True))


def expect_one_step(agent: EpisodeAgent, moved: Moved) -> None:
    """Raise CheckFailed unless the optimizer that the agent keeps made exactly one step."""
    steps = agent.steps
    if steps == 0:
        expect(
            moved.nowhere,
            "another_optimizer",
            "The weights changed, but the optimizer that the agent was made with made no step. "
            "Only its step() may change them: no line of your own, and no other optimizer, which "
            "would know nothing of Adam's averages so far.",
        )
        raise CheckFailed(
            "step_missing",
            "No weight has changed, and the optimizer made no step. self.optimizer.step() belongs "
            "after backward(), in every update, whatever the sign of the loss.",
        )
    expect(
        steps == 1,
        "two_steps",
        Message(
            "The optimizer made {steps} steps in one update. It should make one step: after the "
            "first, the weights are no longer those for which the gradient was computed.",
            steps=steps,
        ),
    )
    expect(
        not moved.nowhere,
        "no_gradient",
        "The optimizer made its step, but no weight has changed: there was no gradient. Is the "
        "order zero_grad(), backward(), step()? And are the tensors those that choose_action "
        "returned? New ones made of their numbers have no connection to the network.",
    )
    expect(
        not moved.unmoved,
        "some_weights_unmoved",
        Message(
            "Some of the network's parameters did not move: {names}. Does the optimizer hold all "
            "of self.net.parameters()?",
            names=", ".join(moved.unmoved),
        ),
    )


def expect_nothing_else(moved: Moved) -> None:
    """Raise CheckFailed unless the losses alone moved the weights."""
    expect(
        moved.rest < TOLERANCE,
        "something_else_moves",
        "The weights moved down the gradient of your loss, but something else moved them, too. "
        "Call backward() on exactly what your loss function returned, without another term, and "
        "change no gradient and no weight yourself.",
    )


def expect_asked(agent: EpisodeAgent, choose: StudentObject, observation: np.ndarray) -> None:
    """Raise CheckFailed unless act called choose_action once, with its network and observation."""
    count = choose.get("count")
    expect(
        count != 0,
        "choose_action_not_used",
        "act did not call choose_action. Choose the actions with "
        "choose_action(self.net, observation).",
    )
    expect(
        count == 1,
        "drawn_twice",
        Message(
            "act called choose_action {count} times. Each call draws other actions: take all "
            "results from a single call.",
            count=count,
        ),
    )
    net, given = (choose.call("given", 0, name) for name in ("net", "observation"))
    expect(
        agent.student.same(network_of(agent.handle), agent.net),
        "network_replaced",
        "self.net is another network than before the episode: it forgets what was learned, and the "
        "optimizer does not hold its weights. Make the network in __init__ only.",
    )
    expect(
        isinstance(net, StudentObject)
        and agent.student.same(net, agent.net)
        and isinstance(given, np.ndarray)
        and np.array_equal(given, observation),
        "wrong_question",
        "act should call choose_action with its own network and the observation as it got them: "
        "choose_action(self.net, observation).",
    )


def actions_like_own(agent: EpisodeAgent, actions: np.ndarray) -> Tensor | np.ndarray:
    """The actions as the student's choose_action gives its own: a tensor, or an array.

    Call it before choose_action is replaced.
    """
    observation = np.zeros((len(actions), WIDTH), np.float32)
    try:
        own = agent.student.call_ref("choose_action", agent.net, observation, output=0)
    except StudentError:
        return Tensor(actions)
    return actions if own.kind == "ndarray" else Tensor(actions)


def expect_entries(agent: EpisodeAgent, calls: int, rows: int) -> list[Any]:
    """The agent's memory. Raises CheckFailed unless it has one entry for each call of act."""
    memory = agent.handle.get("memory")
    expect(
        isinstance(memory, list),
        "nothing_remembered",
        "self.memory should stay a list, to which act appends in each step.",
    )
    found = len(memory)
    expect(
        found != rows * calls,
        "nothing_remembered",
        Message(
            "act was called {calls} time(s) for {rows} cart poles, and self.memory holds {found} "
            "entries, one for each row. It should hold one for each call: append, not extend.",
            calls=calls,
            rows=rows,
            found=found,
        ),
    )
    expect(
        found == calls,
        "nothing_remembered" if calls == 1 or found == 0 else "memory_overwritten",
        Message(
            "act was called {calls} time(s), so self.memory should hold {calls} (one for each "
            "call); yours holds {found}. Append what choose_action returned to that list.",
            calls=calls,
            found=found,
        ),
    )
    return list(memory)


def draw_scales(random: np.random.Generator, n: int) -> np.ndarray:
    """Positive numbers that all differ, (n,) float32, smaller the more there are."""
    return (random.uniform(0.5, 1.5, size=n) / np.sqrt(n)).astype(np.float32)


def shape_of(value: object) -> tuple[int, ...] | None:
    """An array's shape; None for anything else."""
    return value.shape if isinstance(value, np.ndarray) else None


def expect_cleared(amounts: tuple[float, ...], expected: np.ndarray, before: np.ndarray) -> None:
    """Raise CheckFailed unless a second update moved the weights as its own gradient says.

    expected: how far it should move, of each direction. before: how far the first update moved.
    """
    expect(
        not np.allclose(amounts, expected + before, rtol=TOLERANCE),
        "zero_grad_missing",
        "The gradients of the update before are still there: backward() adds to them. Call "
        "self.optimizer.zero_grad() before backward().",
    )
    expect(
        np.allclose(amounts, expected, rtol=TOLERANCE),
        "updates_differ",
        "A second update of the same agent does not move the weights as its own loss says, while "
        "the first one did. Does something of the first update remain?",
    )


def explain(error: StudentError) -> NoReturn:
    """Raise CheckFailed for an error of PyTorch's whose cause is known, else the error itself."""
    for fragments, mistake, message in (
        (
            ("second time", "inplace operation"),
            "two_backwards",
            "The second backward() comes too late: the first one has used up the graph, or a step "
            "has changed the weights. Compute one loss, then call backward() and step() once.",
        ),
        (
            ("does not require grad",),
            "no_graph",
            "backward() found nothing to differentiate: the loss has no gradient. Was it computed "
            "within torch.no_grad(), or from numbers that were cut off by .detach() or .item()?",
        ),
        (
            ("has no attribute 'backward'",),
            "no_graph",
            "The loss is a plain number, so it has no backward(): .item() or float(...) cut the "
            "graph. Call backward() on the tensor.",
        ),
    ):
        if any(fragment in error.message for fragment in fragments):
            raise CheckFailed(mistake, message) from error
    raise error
