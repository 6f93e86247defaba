"""How long a class would take with other numbers of workers, from measured times."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ClassTimes:
    """What a class took with one worker, in seconds.

    judging: of each submission. showing: of each student's archive and page. alone: what only the
    main process can do, whatever the number of workers.
    """

    judging: tuple[float, ...]
    showing: tuple[float, ...]
    alone: float

    def repeated(self, times: int) -> ClassTimes:
        """A class `times` times as large, with the same distribution of times."""
        return ClassTimes(self.judging * times, self.showing * times, self.alone * times)

    def seconds(self, workers: int) -> float:
        """The time of the whole class with so many workers."""
        return makespan(self.judging, workers) + makespan(self.showing, workers) + self.alone

    def speed_up(self, workers: int) -> float:
        """How many times as fast as with one worker."""
        return self.seconds(1) / self.seconds(workers)


def makespan(seconds: Sequence[float], workers: int) -> float:
    """When the last one ends if each, in this order, goes to the worker who is free first."""
    free = [0.0] * workers
    for one in seconds:
        heapq.heapreplace(free, free[0] + one)
    return max(free)
