"""The grader's side of a cluster: what a pool gives to other machines, and what comes back."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from types import TracebackType

from tqdm import tqdm

from autograder.cluster.frames import Inbox, send
from autograder.cluster.messages import (
    Began,
    Drop,
    Ended,
    Failed,
    News,
    Order,
    Refused,
    Room,
    Send,
    encode,
    news_in,
)
from autograder.cluster.own_identity import identity_of
from autograder.course import CourseError
from autograder.processes.confined import End, Outcome
from autograder.processes.pool import Job, Running
from autograder.rendering.text import plain
from autograder.units import Unit

#: So many submissions beyond the workers' places are sent: no worker waits for this process.
AHEAD = 2
#: Not with `-m`: each worker on this machine, which is spawned, would import its main module anew.
_MESSENGER = "from autograder.cluster.messenger import main; main()"
#: How long the messenger may take to end what was sent.
_SECONDS_TO_END = 20.0
_LONGEST_REASON = 400


@dataclass
class _Sent:
    job: Job
    worker: str = ""
    began: float = 0.0


class Cluster:
    """Workers of a Dask cluster, as what a pool gives its parcels to."""

    def __init__(self, address: str, units: Sequence[Unit], jobs: int | None = None) -> None:
        """Begin to connect to the scheduler at this address; the answer is awaited in a pool.

        `local` instead of an address starts workers here, one for each core unless `jobs` says how
        many. Raises CourseError if Dask is not installed.
        """
        workers = jobs or len(os.sched_getaffinity(0))
        if find_spec("distributed") is None:
            raise CourseError("--cluster needs Dask. Run: pip install distributed")
        self._address = address
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, closed with this
        self._messenger = subprocess.Popen(
            [sys.executable, "-c", _MESSENGER, address, str(workers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C is for this process, which then tells it
        )
        assert self._messenger.stdin is not None and self._messenger.stdout is not None
        self._stdin = self._messenger.stdin
        self._inbox = Inbox(self._messenger.stdout.fileno())
        self._waiting: deque[Job] = deque()
        self._sent: dict[int, _Sent] = {}
        self._count = self._places = 0
        self._waits_since = time.monotonic()
        self._tell(identity_of(units))

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._stdin.close()
        try:
            self._messenger.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._messenger.kill()
            self._messenger.wait()
        self._errors.close()

    def fileno(self) -> int:
        """Becomes readable with news of the cluster."""
        assert self._messenger.stdout is not None
        return self._messenger.stdout.fileno()

    def add(self, job: Job) -> None:
        """Have this job done on the cluster, after all that waits already."""
        self._waiting.append(job)
        self._fill()

    def receive(self) -> None:
        """Take what came, and call `done` of each job that has ended.

        Raises CourseError if the cluster is lost, or has no worker that may judge.
        """
        messages = self._inbox.take()
        if messages is None:
            raise CourseError(self._failed(self._last_error()))
        for message in messages:
            self._heed(news_in(message))
        self._fill()

    def drop(self) -> None:
        """Forget all jobs, and have those ended that were sent."""
        self._waiting.clear()
        if self._sent:
            self._sent.clear()
            self._tell(Drop())

    @property
    def busy(self) -> bool:
        """Whether a job has not ended."""
        return bool(self._waiting or self._sent)

    @property
    def running(self) -> list[Running]:
        """What each worker is doing; or that there is none."""
        now = time.monotonic()
        if self.busy and not self._places:
            return [Running(f"waiting for a worker of {self._address}", now - self._waits_since)]
        sent = [one for one in self._sent.values() if one.worker]
        return [Running(f"{one.job.name} on {one.worker}", now - one.began) for one in sent]

    def _fill(self) -> None:
        while self._waiting and self._places and len(self._sent) < self._places + AHEAD:
            job = self._waiting.popleft()
            assert job.parcel is not None
            try:
                parcel = job.parcel()
            except Exception as error:  # what can be read was changed since it was looked at
                job.done(Outcome(End.FAILED, detail=f"{type(error).__name__}: {error}"))
                continue
            self._count += 1
            self._sent[self._count] = _Sent(job)
            self._tell(Send(self._count, parcel))

    def _heed(self, news: News) -> None:
        if isinstance(news, Room):
            self._places = news.places
            self._waits_since = time.monotonic()
        elif isinstance(news, Began) and news.number in self._sent:
            sent = self._sent[news.number]
            sent.worker, sent.began = _host(news.worker), time.monotonic()
        elif isinstance(news, Ended) and news.number in self._sent:
            judged = news.judged
            self._sent.pop(news.number).job.done(Outcome(judged.end, judged.value, judged.detail))
        elif isinstance(news, Refused):
            reason = plain(news.reason, _LONGEST_REASON)
            tqdm.write(f"Worker {_host(news.worker)} takes no part: {reason}.", file=sys.stderr)
        elif isinstance(news, Failed):
            raise CourseError(self._failed(news.reason))

    def _tell(self, order: Order) -> None:
        with contextlib.suppress(BrokenPipeError):  # its end is seen when its news are read
            send(self._stdin.fileno(), encode(order))

    def _failed(self, reason: str) -> str:
        reason = plain(reason, _LONGEST_REASON)
        return f"The cluster {self._address} cannot grade: {reason}. What is judged is kept."

    def _last_error(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else "the messenger to it has ended"


def _host(address: str) -> str:
    """A worker's address without its protocol."""
    return address.split("://", 1)[-1]
