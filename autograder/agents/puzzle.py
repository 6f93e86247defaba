"""Episodes of three steps whose second observation shows whether the first action was right."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

#: How far from the first observations the second ones lie, and how much they vary.
DISTANCE = 2.0
SPREAD = 0.1
#: The most numbered states that are first ones: an agent has to try out every action in each.
FIRST_STATES = 16


class Puzzle(ABC):
    """A drawn rule of which first actions are right, and what is seen then."""

    @abstractmethod
    def first(self, random: np.random.Generator, n: int) -> np.ndarray:
        """First observations, (n, ...)."""

    @abstractmethod
    def right_choice(self, first: np.ndarray) -> np.ndarray:
        """The right choice for each of them, (n, ...) to (n,) int64."""

    @abstractmethod
    def second(self, random: np.random.Generator, right: np.ndarray) -> np.ndarray:
        """What is seen after right and wrong actions, (n,) bool to (n, ...)."""

    @abstractmethod
    def last(self, random: np.random.Generator, n: int) -> np.ndarray:
        """What is seen at the end, whatever was done, (n, ...)."""


class LinearPuzzle(Puzzle):
    """Rows of numbers: a plane decides which of the first two choices is right."""

    def __init__(self, random: np.random.Generator, width: int) -> None:
        self.plane = random.normal(size=width)
        self.after_right = DISTANCE * random.choice([-1.0, 1.0], size=width)

    def first(self, random: np.random.Generator, n: int) -> np.ndarray:
        """Numbers of a standard normal distribution, (n, width) float32."""
        return random.normal(size=(n, len(self.plane))).astype(np.float32)

    def right_choice(self, first: np.ndarray) -> np.ndarray:
        """1 on one side of the plane, 0 on the other."""
        return (first @ self.plane > 0).astype(np.int64)

    def second(self, random: np.random.Generator, right: np.ndarray) -> np.ndarray:
        """Far from the first ones, in one direction or the opposite one, (n, width) float32."""
        sign = np.where(right, 1.0, -1.0)
        noise = random.normal(scale=SPREAD, size=(len(right), len(self.plane)))
        return (sign[:, None] * self.after_right + noise).astype(np.float32)

    def last(self, random: np.random.Generator, n: int) -> np.ndarray:
        """Near zero, between the two, (n, width) float32."""
        return random.normal(scale=SPREAD, size=(n, len(self.plane))).astype(np.float32)


class StatePuzzle(Puzzle):
    """Numbered states: each first state has its right choice, two others show what it was."""

    def __init__(self, random: np.random.Generator, n: int, choices: int) -> None:
        """Raises ValueError for fewer than four states."""
        if n < 4:
            raise ValueError(f"{n} states are too few for episodes of three steps")
        self.after_wrong, self.after_right, self.end, *states = random.permutation(n)
        self.states = np.array(states[:FIRST_STATES])
        self.choices = random.integers(choices, size=n)

    def first(self, random: np.random.Generator, n: int) -> np.ndarray:
        """States, (n,) int64."""
        return random.choice(self.states, size=n)

    def right_choice(self, first: np.ndarray) -> np.ndarray:
        """The states' right choices, (n,)."""
        return self.choices[first]

    def second(self, random: np.random.Generator, right: np.ndarray) -> np.ndarray:
        """One state after right actions, another one after wrong ones, (n,) int64."""
        return np.where(right, self.after_right, self.after_wrong)

    def last(self, random: np.random.Generator, n: int) -> np.ndarray:
        """Always the same state, (n,) int64."""
        return np.full(n, self.end)
