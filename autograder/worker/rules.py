"""What doubles answer in deep Q-learning: values and effects that depend on every argument.

None of them is what the student's function should compute, and each can be computed by the checks:
so what an agent does with them shows in numbers. This file runs inside the sandbox.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograder.worker.doubles import Double
from helpers.agents import Transition

if TYPE_CHECKING:
    from autograder.worker.frameworks import Framework

#: Learning rate of networks that learn by themselves: small enough for many batches.
PLAIN_RATE = 0.01
COLUMNS = ("observation", "action", "reward", "next_observation", "terminated")


class Side(NamedTuple):
    """The student's side, where a rule is applied."""

    framework: Framework
    namespace: Mapping[str, Any]

    def own(self, name: str) -> Any:
        """What the student has under this name, whether a double stands there or not."""
        found = self.namespace.get(name)
        while isinstance(found, Double):  # one double may stand in for another
            found = found.original
        return found


class Behaviour(ABC):
    """A double's rule that needs more than one of its arguments."""

    @abstractmethod
    def answer(self, side: Side, call: int, arguments: Sequence[Any]) -> Any:
        """The result of a call, which may have an effect on its arguments.

        call: how often the double was called before.
        """


@dataclass(frozen=True)
class Term:
    """One argument's part in a sum for each row.

    A number or a column is multiplied with the weight, rows of several numbers with one weight
    each. input: the argument is a network; its answer to this other argument counts.
    """

    argument: int
    weights: np.ndarray  # (), or (numbers in a row,)
    input: int | None = None
    masked: bool = False

    def rows(self, side: Side, arguments: Sequence[Any]) -> Any:
        """The part of each row, or a single number for all."""
        value = arguments[self.argument]
        if self.input is not None:
            value = called(value, arguments[self.input], len(self.weights), self.masked)
        value = side.framework.floats(value)
        if self.weights.ndim == 0:
            return value * float(self.weights)
        return side.framework.row_sums(value, self.weights)


@dataclass(frozen=True)
class RowSums(Behaviour):
    """For each row the sum of some terms: a tensor without gradient, or an array."""

    terms: Sequence[Term]
    as_array: bool

    def answer(self, side: Side, call: int, arguments: Sequence[Any]) -> Any:
        """(rows,) numbers."""
        total = side.framework.detached(sum(term.rows(side, arguments) for term in self.terms))
        return side.framework.array(total) if self.as_array else total


@dataclass(frozen=True)
class TableLoss(Behaviour):
    """A number linear in a network's answers: offset + sum of target * table[action] * answers.

    Its gradient by the answers is known, for each action another one.
    """

    table: np.ndarray  # (n_actions, n_actions)
    offset: float

    def answer(self, side: Side, call: int, arguments: Sequence[Any]) -> Any:
        """arguments: network, observation (n, 4), action (n,), targets (n,)."""
        network, observation, action, targets = arguments[:4]
        answers = network(observation)  # (n, n_actions)
        column = side.framework.floats(targets)[:, None]  # (n, 1)
        weights = column * side.framework.rows(self.table, action)  # (n, n_actions)
        return self.offset + side.framework.total(weights * answers)


@dataclass(frozen=True)
class WeightsWritten(Behaviour):
    """The first network's weights become keep * its own + scale * those of the second.

    With a third argument, a number, the scale is multiplied by it; with 1 the weights are copied,
    for that is how a soft update can make a copy. returned: the number of the argument that is the
    result.
    """

    keep: float
    scale: float
    returned: int | None = None

    def answer(self, side: Side, call: int, arguments: Sequence[Any]) -> Any:
        """arguments: the network that changes, the other one, and perhaps a number."""
        changed, other, *factor = arguments
        part = float(factor[0]) if factor else None
        scale = self.scale * (1.0 if part is None else part)
        keep, scale = (0.0, 1.0) if part == 1 else (self.keep, scale)
        weights = side.framework.parameters(changed)
        others = side.framework.parameters(other).values()
        moved = {
            name: (keep * own + scale * value).astype(own.dtype)
            for (name, own), value in zip(weights.items(), others, strict=True)
        }
        side.framework.set_parameters(changed, moved)
        return None if self.returned is None else arguments[self.returned]


def growth(total: float) -> float:
    """A part between -0.3 and 0.3, so that weights stay finite for many batches."""
    return float(0.3 * np.tanh(total))


@dataclass(frozen=True)
class Nudged(Behaviour):
    """All weights of a network grow by the same part, `growth` of a sum over the rows.

    The sum is that of each row's target times its terms.
    """

    terms: Sequence[Term]

    def answer(self, side: Side, call: int, arguments: Sequence[Any]) -> float:
        """arguments: network, observation (n, 4), action (n,), targets (n,). Returns the part."""
        network, targets = arguments[0], arguments[3]
        rows = RowSums(self.terms, as_array=True).answer(side, call, arguments)
        step = growth(float(np.sum(rows * np.asarray(targets, np.float64))))
        weights = side.framework.parameters(network)
        side.framework.set_parameters(
            network, {name: ((1 + step) * own).astype(own.dtype) for name, own in weights.items()}
        )
        return step


@dataclass(frozen=True)
class Networks(Behaviour):
    """Networks of the checks, each call the next one; built as the unit's are, and compiled.

    layers: for each network its weights (inputs, outputs) and biases (outputs,).
    like: the student's class that they are instances of. sizes: its arguments, in their order.
    fixed: arguments that are the same in each call, whatever was asked for.
    """

    layers: Sequence[Any]
    masked: bool
    like: str
    sizes: Sequence[str] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def answer(self, side: Side, call: int, arguments: Sequence[Any]) -> Any:
        """A network."""
        layers = [tuple(layer) for layer in self.layers[call % len(self.layers)]]
        network = side.framework.network(layers, False, None, self.masked)
        pairs = zip(self.sizes, arguments, strict=False)
        sizes = {name: size for name, size in pairs if size is not None} | dict(self.fixed)
        own = side.framework.network_like(side.own(self.like), network, sizes)
        if own is network:
            side.framework.compile(network, PLAIN_RATE)
        return own


@dataclass(frozen=True)
class Memories(Behaviour):
    """A memory that gives out known transitions, and keeps what is put into it.

    columns: observation, action, reward, next_observation, terminated, a row for each transition.
    as_tensors: whether a batch holds tensors. like: the student's class that it stands in for.
    """

    columns: Sequence[np.ndarray]
    as_tensors: bool
    like: str = ""

    def answer(self, side: Side, call: int, arguments: Sequence[Any]) -> Any:
        """An empty memory."""
        return KnownMemory(self, side, self._own(side, arguments))

    def _own(self, side: Side, arguments: Sequence[Any]) -> Any:
        """A memory of the student's; None if it cannot be made."""
        with suppress(Exception):  # the student's class may do anything
            return side.own(self.like)(*arguments)
        return None


@dataclass
class KnownMemory:
    """Batches are the next rows of the known ones, one batch after the other.

    own: a memory of the student's, which gets the same transitions, for its other attributes.
    pushes: how many there had been when each batch was drawn.
    """

    rule: Memories
    side: Side
    own: Any = None
    filled: bool = False
    pushed: list[list[np.ndarray]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    pushes: list[int] = field(default_factory=list)

    def push(self, transition: Any) -> None:
        """Keep the transition's columns."""
        self.pushed.append([np.array(getattr(transition, name)) for name in COLUMNS])
        self._push_into_own(transition)

    add = push

    def fill(self) -> None:
        """Let it hold the known transitions, besides those that were put into it."""
        if not self.filled:
            self.filled = True
            terminated = self.rule.columns[-1]
            rows = np.arange(len(terminated))
            columns = dict(zip(COLUMNS, self.rule.columns, strict=True))
            self._push_into_own(Transition(**columns, truncated=~terminated, episode=rows))

    def _push_into_own(self, transition: Any) -> None:
        push = getattr(self.own, "push", None) or getattr(self.own, "add", None)
        if callable(push):
            with suppress(Exception):  # the student's class may do anything
                push(transition)

    def __getattr__(self, name: str) -> Any:
        own = vars(self).get("own")
        if own is None or name.startswith("__"):
            raise AttributeError(f"a memory has no attribute {name!r}")
        return getattr(own, name)

    def sample(self, batch_size: int) -> Any:
        """The next rows."""
        first = sum(self.sizes)
        self.sizes.append(int(batch_size))
        self.pushes.append(len(self.pushed))
        rows = np.arange(first, first + batch_size) % len(self.rule.columns[0])
        columns = [column[rows] for column in self.rule.columns]
        if self.rule.as_tensors:
            columns = list(map(self.side.framework.tensor, columns))
        return self._batch(columns)

    def __len__(self) -> int:
        known = len(self.rule.columns[0]) if self.filled else 0
        return known + sum(len(columns[1]) for columns in self.pushed)

    @property
    def size(self) -> int:
        """Transitions in the memory."""
        return len(self)

    def _batch(self, columns: list[Any]) -> Any:
        """In the student's own class, if it takes five columns."""
        try:
            return self.side.namespace["Batch"](*columns)
        except (KeyError, TypeError):
            return _Batch(*columns)


class _Batch(NamedTuple):
    observation: Any
    action: Any
    reward: Any
    next_observation: Any
    terminated: Any


def called(network: Any, observation: Any, n_actions: int, masked: bool) -> Any:
    """A network's answers, (n, n_actions)."""
    if not masked:
        return network(observation)
    return network([observation, np.ones((len(observation), n_actions), np.float32)])


#: By name, as they cross the border of the sandbox.
RULES = {
    rule.__name__: rule
    for rule in (Term, RowSums, TableLoss, WeightsWritten, Nudged, Networks, Memories)
}
