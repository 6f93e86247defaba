"""Disguises: the same environment, with its observations and actions under other names.

To a learning agent nothing changes; a hand-written rule or weights brought along fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from gymnasium.vector import VectorEnv, VectorWrapper


class Disguise(Protocol):
    """Turns observations into what the agent sees, or its actions into what is done."""

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """(n, ...) rows to as many rows of the same kind."""


@dataclass(frozen=True)
class SignedPermutation:
    """Numbers change places and signs."""

    permutation: np.ndarray  # (width,) int64
    signs: np.ndarray  # (width,) float32, +1 or -1

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """(n, width) to (n, width)."""
        return rows[:, self.permutation] * self.signs


@dataclass(frozen=True)
class Renaming:
    """Whole numbers below n get other names."""

    names: np.ndarray  # (n,) int64

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """(n,) int64 to (n,) int64."""
        return self.names[rows]


@dataclass(frozen=True)
class Mirroring:
    """Some numbers count from the other end of their range."""

    low: np.ndarray  # (width,) float32
    high: np.ndarray  # (width,) float32
    mirrored: np.ndarray  # (width,) bool

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """(n, width) to (n, width)."""
        return np.where(self.mirrored, self.low + self.high - rows, rows)


class FirstResetSeeded(VectorWrapper):
    """Environments whose first reset is seeded.

    So the training loop needs no seed, with which it would seed the student's code, too, where
    that runs in the same process: trained there or in the sandbox, an agent scores the same.
    """

    def __init__(self, env: VectorEnv, seed: int) -> None:
        super().__init__(env)
        self._first_seed: int | None = seed

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start all episodes anew."""
        seed, self._first_seed = self._first_seed if seed is None else seed, None
        return self.env.reset(seed=seed, options=options)
