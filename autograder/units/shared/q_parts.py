"""What a unit calls the parts of its Q-learning agent, and the doubles that take their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from autograder.units.shared.q_networks import Layers, QNetwork
from autograder.worker.interface import Student, StudentError, StudentObject
from autograder.worker.rules import (
    Memories,
    Networks,
    Nudged,
    RowSums,
    TableLoss,
    Term,
    WeightsWritten,
)

ACTIONS = 2
#: Transitions that a memory of the checks gives out, one batch after the other.
KNOWN_ROWS = 64
PLAIN = ("target_net", "reward", "next_observation", "terminated", "gamma")
DOUBLE = ("net", *PLAIN)
LOSS = ("net", "observation", "action", "targets")


@dataclass(frozen=True)
class QParts:
    """Names in a unit's notebook; functions that a unit does not have are empty.

    agent: the class of the agent. networks: what makes a network, with its parameters' names.
    memory: the class of the memory, memory_attribute: where the agent keeps it, push: its method.
    targets, double_targets, loss: functions. learn: the function that makes a whole update step of
    a network with an optimizer of its own. follow: how the target network gets new weights, with
    its parameters' names. learns_in: how the agent learns from one batch. keeps_scaled_rewards:
    rewards are scaled before they are kept. like: the class of the networks. masked: they take a
    mask. tensor_batches, tensor_targets: the memory's batches, and targets, are tensors, not
    arrays.
    """

    agent: str
    networks: Mapping[str, tuple[str, ...]]
    memory: str
    memory_attribute: str
    follow: tuple[str, ...]
    targets: str = "td_targets"
    double_targets: str = ""
    loss: str = ""
    learn: str = ""
    push: str = "push"
    learns_in: str = "self.learn()"
    keeps_scaled_rewards: bool = True
    like: str = ""
    masked: bool = False
    tensor_batches: bool = False
    tensor_targets: bool = True

    @property
    def follows_softly(self) -> bool:
        """Whether the target network moves by a part tau, or gets all weights at once."""
        return "tau" in self.follow


@dataclass(frozen=True)
class Coefficients:
    """Random numbers of one trial, by which the doubles' answers depend on their arguments."""

    target_values: np.ndarray  # (ACTIONS,)
    online_values: np.ndarray  # (ACTIONS,)
    reward: float
    terminated: float
    gamma: float
    table: np.ndarray  # (ACTIONS, ACTIONS), of the loss
    observation: np.ndarray  # (4,), of the update step that is no gradient's
    action: float  # of the same step
    follow: float
    offset: float = 0.0

    @classmethod
    def draw(cls, random: np.random.Generator) -> Coefficients:
        def one() -> float:
            return float(random.uniform(0.5, 1.5) * random.choice([-1, 1]))

        return cls(
            target_values=random.normal(size=ACTIONS).astype(np.float32),
            online_values=random.normal(size=ACTIONS).astype(np.float32),
            reward=one(),
            terminated=one(),
            gamma=3 * one(),
            # Small, so that no usual bound on the loss or on a gradient's norm is reached.
            table=(1e-4 * random.normal(size=(ACTIONS, ACTIONS))).astype(np.float32),
            # Small, so that `growth` is far from its bounds, where all steps are alike. The part of
            # the action is the larger one: if the two cancelled out over a batch, targets that are
            # all wrong by the same number would move nothing.
            observation=(2e-4 * random.normal(size=4)).astype(np.float32),
            action=1e-3 * one(),
            follow=float(random.uniform(0.2, 0.4)),
        )


@dataclass
class Doubles:
    """The doubles of one trial, by what they stand in for; made within `student.doubles()`."""

    parts: QParts
    coefficients: Coefficients
    columns: tuple[np.ndarray, ...]
    settings: Mapping[str, float]
    calls: dict[str, StudentObject] = field(default_factory=dict)

    def install(self, student: Student, random: np.random.Generator) -> None:
        """Put all of them in their places."""
        parts, c = self.parts, self.coefficients
        layers = [QNetwork.draw(random, ACTIONS).layers for _ in range(6)]
        for name, parameters in parts.networks.items():
            # A network that was asked for in another size is named by a check; until then both of
            # the agent's have the same.
            rule = Networks(
                [list(map(list, each)) for each in layers], parts.masked, parts.like, parameters,
                fixed={size: self.settings[size] for size in parameters if size in self.settings},
            )  # fmt: skip
            self.calls[name] = student.double(name, parameters, rule)
        memories = Memories(list(self.columns), parts.tensor_batches, parts.memory)
        self.calls["memory"] = student.double(parts.memory, ("capacity",), memories)
        plain = self._targets(first=0, terms=[Term(0, c.target_values, 2, parts.masked)])
        self.calls["targets"] = student.double(parts.targets, PLAIN, plain)
        if parts.double_targets:
            both = [Term(0, c.online_values, 3), Term(1, c.target_values, 3)]
            targets = self._targets(first=1, terms=both)
            self.calls["double_targets"] = student.double(parts.double_targets, DOUBLE, targets)
        if parts.loss:
            loss = TableLoss(c.table, c.offset)
            self.calls["loss"] = student.double(parts.loss, LOSS, loss)
        if parts.learn:
            nudged = Nudged([Term(1, c.observation), Term(2, np.array(c.action))])
            self.calls["loss"] = student.double(parts.learn, LOSS, nudged)
        keep = 1.0 if parts.follows_softly else 0.0
        follow, *names = parts.follow
        written = WeightsWritten(keep, c.follow, _known_argument_returned(student, parts, layers))
        self.calls["follow"] = student.double(follow, tuple(names), written)

    def _targets(self, first: int, terms: list[Term]) -> RowSums:
        """first: number of the target network among the arguments."""
        c = self.coefficients
        numbers = [
            Term(first + 1, np.array(c.reward)),
            Term(first + 3, np.array(c.terminated)),
            Term(first + 4, np.array(c.gamma)),
        ]
        return RowSums([*terms, *numbers], as_array=not self.parts.tensor_targets)


#: What `_argument_returned` has found out about a notebook, which all its trials need.
_RETURNED: WeakKeyDictionary[Student, int | None] = WeakKeyDictionary()


def _known_argument_returned(
    student: Student, parts: QParts, layers: Sequence[Layers]
) -> int | None:
    """The same as `_argument_returned`, asked once of each student: networks take time to make."""
    if student not in _RETURNED:
        _RETURNED[student] = _argument_returned(student, parts, layers[:2])
    return _RETURNED[student]


def _argument_returned(student: Student, parts: QParts, layers: Sequence[Layers]) -> int | None:
    """The number of the argument that the student's own `follow` returns; the agent may use it.

    Nothing is asked of it, and what else the function does is another exercise. layers: of the
    two networks that it is called with.
    """
    follow, *names = parts.follow
    try:
        networks = [
            student.network(each, masked=parts.masked, like=parts.like or None) for each in layers
        ]
        result = student.call_ref(follow, *networks, *[1.0] * (len(names) - len(networks)))
        return next((i for i, each in enumerate(networks) if student.same(result, each)), None)
    except StudentError:
        return None


def known_transitions(random: np.random.Generator, scale: float = 1.0) -> tuple[np.ndarray, ...]:
    """Observation, action, reward, next observation, terminated: KNOWN_ROWS of each."""
    return (
        (scale * random.normal(size=(KNOWN_ROWS, 4))).astype(np.float32),
        random.permutation(np.arange(KNOWN_ROWS) % ACTIONS),
        random.uniform(1, 3, size=KNOWN_ROWS).astype(np.float32),
        random.normal(size=(KNOWN_ROWS, 4)).astype(np.float32),
        random.permutation(np.arange(KNOWN_ROWS) % 3 == 0),
    )
