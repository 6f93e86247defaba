"""Kinds of observations and actions: their rows, drawn ones, and how they are disguised.

One class a kind, for Gymnasium's spaces `Box` and `Discrete`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import gymnasium as gym
import numpy as np

from autograder.agents.disguise import Disguise, Mirroring, Renaming, SignedPermutation
from autograder.agents.puzzle import LinearPuzzle, Puzzle, StatePuzzle
from autograder.agents.rejection import InvalidAction
from autograder.messages import Message
from autograder.worker.rows import RowFormat


class Space(ABC):
    """What observations and actions have in common."""

    @property
    @abstractmethod
    def rows(self) -> RowFormat:
        """The dtype and shape of one of them."""

    @abstractmethod
    def disguise(self, random: np.random.Generator) -> Disguise:
        """Draw one of the disguises."""


class ObservationSpace(Space):
    """What an agent sees."""

    @abstractmethod
    def draw(self, random: np.random.Generator, n: int) -> np.ndarray:
        """Draw observations to ask an agent about, (n, ...); all different if possible."""

    @abstractmethod
    def puzzle(self, random: np.random.Generator, choices: int) -> Puzzle:
        """Draw a rule that says which of the choices is right, and what shows it a step later."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Numbers that go into a network, or rows of a table."""


class ActionSpace(Space):
    """What an agent does."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Numbers that a network computes for one observation."""

    @property
    @abstractmethod
    def choices(self) -> int:
        """How many kinds of actions a learning test tells apart."""

    @abstractmethod
    def choice(self, actions: np.ndarray) -> np.ndarray:
        """Which of the choices each action is, (n, ...) to (n,) int64."""

    def clip(self, actions: np.ndarray) -> np.ndarray:
        """The actions within their bounds, where they have some."""
        return actions

    @abstractmethod
    def expect_valid(self, actions: np.ndarray) -> np.ndarray:
        """The actions, (n, ...). Raises InvalidAction if the environment lacks one of them."""


@dataclass(frozen=True)
class BoxObservations(ObservationSpace):
    """Numbers in a row, `Box((width,))`.

    scattered: places of numbers that a rule written by hand reads together, as angle and angular
    velocity of a pole: in disguise at least one of them leaves these places. Otherwise such a
    rule could be right in some of the disguises.
    """

    size: int
    scattered: tuple[int, ...] = ()
    dtype: str = "<f4"

    @property
    def rows(self) -> RowFormat:
        """(width,) floats."""
        return RowFormat(self.dtype, (self.size,))

    @property
    def width(self) -> int:
        """All of them."""
        return self.size

    def draw(self, random: np.random.Generator, n: int) -> np.ndarray:
        """Numbers of a standard normal distribution, (n, width)."""
        return random.normal(size=(n, self.size)).astype(self.dtype)

    def puzzle(self, random: np.random.Generator, choices: int) -> LinearPuzzle:
        """A plane tells the first two actions apart."""
        return LinearPuzzle(random, self.size)

    def disguise(self, random: np.random.Generator) -> SignedPermutation:
        """A signed permutation in which no number keeps its place, if there are two."""
        while True:
            permutation = random.permutation(self.size)
            if self.size > 1 and np.any(permutation == np.arange(self.size)):
                continue
            if self.scattered and set(permutation[list(self.scattered)]) == set(self.scattered):
                continue
            signs = random.choice(np.array([-1, 1], dtype=self.dtype), size=self.size)
            return SignedPermutation(permutation, signs)


@dataclass(frozen=True)
class DiscreteObservations(ObservationSpace):
    """Numbered states, `Discrete(n)`."""

    n: int

    @property
    def rows(self) -> RowFormat:
        """One whole number."""
        return RowFormat("<i8", ())

    @property
    def width(self) -> int:
        """A number a state, as in a one-hot code or a table."""
        return self.n

    def puzzle(self, random: np.random.Generator, choices: int) -> StatePuzzle:
        """Each state has its right action."""
        return StatePuzzle(random, self.n, choices)

    def draw(self, random: np.random.Generator, n: int) -> np.ndarray:
        """States, (n,); each once if there are enough."""
        return random.choice(self.n, size=n, replace=n > self.n)

    def disguise(self, random: np.random.Generator) -> Renaming:
        """New names for the states."""
        return Renaming(random.permutation(self.n))


@dataclass(frozen=True)
class DiscreteActions(ActionSpace):
    """Numbered actions, `Discrete(n)`."""

    n: int

    @property
    def rows(self) -> RowFormat:
        """One whole number."""
        return RowFormat("<i8", ())

    @property
    def width(self) -> int:
        """One value or probability for each action."""
        return self.n

    @property
    def choices(self) -> int:
        """All of them."""
        return self.n

    def choice(self, actions: np.ndarray) -> np.ndarray:
        """The action itself."""
        return actions

    def expect_valid(self, actions: np.ndarray) -> np.ndarray:
        """The actions, (n,). Raises InvalidAction outside of 0 to n - 1."""
        chosen = set(actions.tolist())  # quicker than two reductions of a short array
        if chosen and not (min(chosen) >= 0 and max(chosen) < self.n):
            raise InvalidAction(
                Message(
                    "act returned {low} to {high}; there are only the actions 0 to {last}",
                    low=min(chosen),
                    high=max(chosen),
                    last=self.n - 1,
                )
            )
        return actions

    def disguise(self, random: np.random.Generator) -> Renaming:
        """New names for the actions."""
        return Renaming(random.permutation(self.n))


@dataclass(frozen=True)
class BoxActions(ActionSpace):
    """Continuous actions, `Box(low, high)`, each number within its own bounds."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def rows(self) -> RowFormat:
        """(k,) floats."""
        return RowFormat("<f4", (len(self.low),))

    @property
    def width(self) -> int:
        """One mean for each number."""
        return len(self.low)

    @property
    def choices(self) -> int:
        """Two: the first number is in the lower or in the upper half of its range."""
        return 2

    def choice(self, actions: np.ndarray) -> np.ndarray:
        """1 where the first number is in the upper half of its range, (n, k) to (n,)."""
        return (2 * actions[:, 0] > self.low[0] + self.high[0]).astype(np.int64)

    def expect_valid(self, actions: np.ndarray) -> np.ndarray:
        """The actions, (n, k), within their bounds. Raises InvalidAction outside of them."""
        low, high = self._bounds()
        margin = 1e-5 * (high - low)  # rounding is not outside
        if not np.all((actions >= low - margin) & (actions <= high + margin)):  # nan is, too
            raise InvalidAction(
                Message(
                    "act returned {least:g} to {most:g}; actions lie between {low:g} and {high:g}, "
                    "so clip them",
                    least=float(actions.min()),
                    most=float(actions.max()),
                    low=float(low.min()),
                    high=float(high.max()),
                )
            )
        return self.clip(actions)

    def clip(self, actions: np.ndarray) -> np.ndarray:
        """Each number within its bounds."""
        return np.clip(actions, *self._bounds())

    def disguise(self, random: np.random.Generator) -> Mirroring:
        """Some of the numbers count from the other end of their range."""
        return Mirroring(*self._bounds(), random.random(len(self.low)) < 0.5)

    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array(self.low, np.float32), np.array(self.high, np.float32)


def observations_of(space: gym.Space) -> ObservationSpace:
    """The kind of a Gymnasium space. Raises ValueError for kinds that are not supported."""
    if isinstance(space, gym.spaces.Box) and len(space.shape) == 1 and space.dtype.kind == "f":
        return BoxObservations(space.shape[0], dtype=space.dtype.str)
    if isinstance(space, gym.spaces.Discrete) and space.start == 0:
        return DiscreteObservations(int(space.n))
    raise ValueError(f"observations of {space} are not supported: describe them by a class")


def actions_of(space: gym.Space) -> ActionSpace:
    """The kind of a Gymnasium space. Raises ValueError for kinds that are not supported."""
    if isinstance(space, gym.spaces.Discrete) and space.start == 0:
        return DiscreteActions(int(space.n))
    if isinstance(space, gym.spaces.Box) and len(space.shape) == 1 and space.is_bounded():
        return BoxActions(tuple(space.low.tolist()), tuple(space.high.tolist()))
    raise ValueError(f"actions of {space} are not supported: describe them by a class")
