"""Many pieces of work, a few at a time, in processes of their own; one thread looks after them."""

from __future__ import annotations

import os
import select
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from autograder.processes.allowance import Allowance
from autograder.processes.confined import Confined, Outcome, Work

#: How often the clock is looked at, and the progress shown, while nothing ends.
LOOK_EVERY_S = 0.5


@dataclass(frozen=True)
class Job:
    """A piece of work. done: called in this process with its outcome; it may add further jobs."""

    name: str
    work: Work
    allowance: Allowance
    done: Callable[[Outcome], None]


@dataclass(frozen=True)
class Running:
    """What a worker is doing, and for how many seconds."""

    name: str
    seconds: float


class Pool:
    """Runs jobs in up to `workers` processes at once. Ending it kills what still runs."""

    def __init__(self, workers: int | None = None) -> None:
        """workers: by default as many as this process has cores."""
        self.workers = workers or len(os.sched_getaffinity(0))
        self._waiting: deque[Job] = deque()
        self._running: dict[int, tuple[Job, Confined]] = {}
        self._poll = select.poll()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._waiting.clear()
        for _, process in self._running.values():
            process.kill()
        for descriptor in list(self._running):
            self._take(descriptor)

    def add(self, job: Job) -> None:
        """Do this after all that waits already."""
        self._waiting.append(job)

    def add_first(self, job: Job) -> None:
        """Do this before all that waits already."""
        self._waiting.appendleft(job)

    @property
    def running(self) -> list[Running]:
        """What is being done now, the longest first."""
        found = [Running(job.name, process.seconds) for job, process in self._running.values()]
        return sorted(found, key=lambda one: -one.seconds)

    def run(
        self, watch: Callable[[], None] = lambda: None, idle: Callable[[], None] = lambda: None
    ) -> None:
        """Work until nothing is left. What a job's `done` raises is raised here.

        watch: called now and then, and whenever something has ended. idle: called when a worker
        has nothing to do; it may add jobs.
        """
        while True:
            self._fill()
            if len(self._running) < self.workers:
                idle()
                self._fill()
            if not self._running:
                return
            for descriptor, _ in self._poll.poll(1000 * LOOK_EVERY_S):
                if not self._running[descriptor][1].receive():
                    job, outcome = self._take(descriptor)
                    job.done(outcome)
            for _, process in self._running.values():
                process.watch_the_clock()
            watch()

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self.workers:
            job = self._waiting.popleft()
            process = Confined.start(job.work, job.allowance)
            self._running[process.fileno()] = (job, process)
            self._poll.register(process, select.POLLIN)

    def _take(self, descriptor: int) -> tuple[Job, Outcome]:
        job, process = self._running.pop(descriptor)
        self._poll.unregister(descriptor)
        return job, process.outcome()
