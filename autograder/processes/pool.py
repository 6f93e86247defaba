"""Many pieces of work, a few at a time, in processes of their own; one thread looks after them."""

from __future__ import annotations

import os
import select
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from autograder.processes.allowance import Allowance
from autograder.processes.confined import Confined, Outcome, Work

#: How often the clock is looked at, and the progress shown, while nothing ends.
LOOK_EVERY_S = 0.5


@dataclass(frozen=True)
class Job:
    """A piece of work. done: called in this process with its outcome; it may add further jobs.

    parcel: the same work as bytes, which another machine can do; None: it can be done here only.
    """

    name: str
    work: Work
    allowance: Allowance
    done: Callable[[Outcome], None]
    parcel: Callable[[], bytes] | None = None


@dataclass(frozen=True)
class Running:
    """What a worker is doing, and for how many seconds."""

    name: str
    seconds: float


class Elsewhere(Protocol):
    """Other machines, which do the jobs that have a parcel, without keeping this thread waiting."""

    def fileno(self) -> int:
        """The descriptor to wait on."""

    def add(self, job: Job) -> None:
        """Do this after all that waits already."""

    def receive(self) -> None:
        """Take what came, and call `done` of each job that has ended."""

    def drop(self) -> None:
        """Forget all jobs, and end those that are being done."""

    @property
    def busy(self) -> bool:
        """Whether a job has not ended."""

    @property
    def running(self) -> list[Running]:
        """What is being done now."""


class Pool:
    """Runs jobs in up to `workers` processes at once. Ending it kills what still runs."""

    def __init__(self, workers: int | None = None, elsewhere: Elsewhere | None = None) -> None:
        """workers: by default as many as this process has cores. elsewhere: does what it can."""
        self.workers = workers or len(os.sched_getaffinity(0))
        self.elsewhere = elsewhere
        self._waiting: deque[Job] = deque()
        self._running: dict[int, tuple[Job, Confined]] = {}
        self._poll = select.poll()
        if elsewhere is not None:
            self._poll.register(elsewhere, select.POLLIN)

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._waiting.clear()
        if self.elsewhere is not None:
            self.elsewhere.drop()
        for _, process in self._running.values():
            process.kill()
        for descriptor in list(self._running):
            self._take(descriptor)

    def add(self, job: Job) -> None:
        """Do this after all that waits already."""
        if self.elsewhere is not None and job.parcel is not None:
            self.elsewhere.add(job)
        else:
            self._waiting.append(job)

    def add_first(self, job: Job) -> None:
        """Do this before all that waits already."""
        self._waiting.appendleft(job)

    @property
    def running(self) -> list[Running]:
        """What is being done now, the longest first."""
        found = [Running(job.name, process.seconds) for job, process in self._running.values()]
        if self.elsewhere is not None:
            found += self.elsewhere.running
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
            if not self._running and not self._busy_elsewhere:
                return
            for descriptor, _ in self._poll.poll(1000 * LOOK_EVERY_S):
                self._receive(descriptor)
            for _, process in self._running.values():
                process.watch_the_clock()
            watch()

    @property
    def _busy_elsewhere(self) -> bool:
        return self.elsewhere is not None and self.elsewhere.busy

    def _receive(self, descriptor: int) -> None:
        """Take what came there; at the end of a job, pass its outcome on."""
        if descriptor not in self._running:
            assert self.elsewhere is not None
            self.elsewhere.receive()
        elif not self._running[descriptor][1].receive():
            job, outcome = self._take(descriptor)
            job.done(outcome)

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
