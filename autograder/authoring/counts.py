"""How many of how many, with an exact interval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """Some of many answers. names: which."""

    names: tuple[str, ...]
    of: int

    def __str__(self) -> str:
        if not self.of:
            return "0 of 0"
        low, high = interval(len(self.names), self.of)
        return f"{len(self.names)} of {self.of} ({low:.1%} to {high:.1%})"


def interval(count: int, of: int) -> tuple[float, float]:
    """The exact two-sided 95 % interval of a rate (Clopper and Pearson, 1934)."""
    from scipy.stats import binomtest

    found = binomtest(count, of).proportion_ci(0.95, "exact")
    return float(found.low), float(found.high)


def total(counts: Iterable[Count]) -> Count:
    """All of these together."""
    counts = list(counts)
    names = tuple(name for count in counts for name in count.names)
    return Count(names, sum(count.of for count in counts))
