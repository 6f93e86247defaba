"""The workers of a Dask cluster: which are connected, accepted for judging, and free."""

from __future__ import annotations

import asyncio
import contextlib
import pkgutil
import time
import uuid
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import Any

from distributed import KilledWorker

from autograder.cluster import tasks
from autograder.cluster.identity import Identity, difference
from autograder.cluster.messages import Judged, News, Refused, Reply, Room, Unfit, reply_in
from autograder.processes.confined import End

#: How often Dask is asked who is there, and how long it may take to answer.
LOOK_EVERY_S = 1.0
ANSWER_SECONDS = 60.0
#: So long after the last one was refused it is hoped that a fit one comes.
PATIENCE_SECONDS = 20.0


class Lost(Exception):
    """The worker is gone, with what it was doing."""


class NoneFit(Exception):
    """There are workers, and none may judge."""


class _CallFailed(Exception):
    """The worker is there, but what it was called for failed; the text says how."""


@dataclass(eq=False)
class Worker:
    """A worker process, which judges `places` submissions at once."""

    address: str
    places: int
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    fit: bool = False
    refused: bool = False


class Crew:
    """The workers that are there; each is asked who it is before it gets a submission."""

    def __init__(self, client: Any, expected: Identity, tell: Callable[[News], None]) -> None:
        """client: Dask's, asynchronous. expected: what each must judge with. tell: of changes."""
        self._client, self._expected, self._tell = client, expected, tell
        self._run = uuid.uuid4().hex
        self._present: dict[str, Worker] = {}
        self._free: asyncio.Queue[Worker] = asyncio.Queue()
        self._admissions: set[asyncio.Task[None]] = set()
        self._refused_at = 0.0

    async def watch(self) -> None:
        """Note who comes and goes. Raises NoneFit, and OSError if the scheduler does not answer."""
        while True:
            threads = await asyncio.wait_for(self._client.nthreads(), ANSWER_SECONDS)
            for address in self._present.keys() - threads.keys():
                self._leave(self._present.pop(address))
            for address in threads.keys() - self._present.keys():
                self._join(Worker(address, threads[address]))
            self._complain()
            await asyncio.sleep(LOOK_EVERY_S)

    async def free(self) -> Worker:
        """A worker with a free place, which is taken now; waits until there is one."""
        while True:
            worker = await self._free.get()
            if worker.fit:
                return worker

    async def judge(self, worker: Worker, parcel: bytes) -> Judged | None:
        """What this worker says to a submission; None if it turned out not to be fit.

        Gives its place back. Raises Lost.
        """
        try:
            reply = await self._call(worker, tasks.judge, parcel)
        except _CallFailed as error:
            reply = Judged(End.KILLED, detail=str(error))
        finally:
            self._free.put_nowait(worker)
        if isinstance(reply, Judged):
            return reply
        self._refuse(worker, reply.reason if isinstance(reply, Unfit) else "it gave no answer")
        return None

    async def end(self) -> None:
        """End what is still judged, and what is still on its way; what is asked later is not."""
        ended, self._run = self._run, uuid.uuid4().hex
        present = [one.address for one in self._present.values() if not one.refused]
        if present:
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                ending = self._client.run(tasks.end, ended, workers=present, on_error="ignore")
                await asyncio.wait_for(ending, ANSWER_SECONDS)

    def _join(self, worker: Worker) -> None:
        self._present[worker.address] = worker
        admission = asyncio.ensure_future(self._admit(worker))
        self._admissions.add(admission)
        admission.add_done_callback(self._admissions.discard)

    def _leave(self, worker: Worker) -> None:
        worker.fit = False
        worker.gone.set()
        self._tell_room()

    async def _admit(self, worker: Worker) -> None:
        try:
            reason = await self._why_unfit(worker)
        except Lost:
            return
        except Exception as error:  # whatever it is, this worker cannot be used
            reason = str(error) or type(error).__name__
        if reason:
            self._refuse(worker, reason)
            return
        worker.fit = True
        for _ in range(worker.places):
            self._free.put_nowait(worker)
        self._tell_room()

    async def _why_unfit(self, worker: Worker) -> str:
        """Why this worker may not judge; empty if it may. Raises Lost, and what Dask raises."""
        # A worker that lacks what it is to call would be ended by Dask: first ask for it in words
        # of Python's own library.
        asked = self._client.run(
            pkgutil.resolve_name, tasks.THERE, workers=[worker.address], on_error="return"
        )
        said = (await asyncio.wait_for(asked, ANSWER_SECONDS)).get(worker.address)
        if isinstance(said, ImportError):
            return f"it lacks the grader's package ({said})"
        reply = await self._call(worker, tasks.introduce)
        if isinstance(reply, Identity):
            different = difference(self._expected, reply)
            return f"it has {different}" if different else ""
        return reply.reason if isinstance(reply, Unfit) else "it did not say what it is"

    def _refuse(self, worker: Worker, reason: str) -> None:
        if not worker.refused:
            worker.fit, worker.refused = False, True
            self._refused_at = time.monotonic()
            self._tell(Refused(worker.address, reason))
            self._tell_room()

    def _tell_room(self) -> None:
        self._tell(Room(sum(worker.places for worker in self._present.values() if worker.fit)))

    def _complain(self) -> None:
        workers = self._present.values()
        patient = time.monotonic() - self._refused_at < PATIENCE_SECONDS
        if workers and all(worker.refused for worker in workers) and not patient:
            raise NoneFit

    async def _call(
        self, worker: Worker, function: Callable[..., bytes], *arguments: bytes
    ) -> Reply:
        """Call a function on this worker, and no other. Raises Lost and _CallFailed."""
        units = tuple(self._expected.units)
        future = self._client.submit(
            function,
            self._run,
            units,
            *arguments,
            workers=[worker.address],
            allow_other_workers=False,
            pure=False,
        )
        answer = asyncio.ensure_future(future.result())
        gone = asyncio.ensure_future(worker.gone.wait())
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise Lost
            return reply_in(answer.result())
        except (Lost, KilledWorker):
            raise Lost from None
        except CancelledError:  # by the loss of the scheduler, which `watch` finds out meanwhile
            await asyncio.sleep(2 * LOOK_EVERY_S)
            raise Lost from None
        except Exception as error:
            raise _CallFailed(str(error) or type(error).__name__) from error
        finally:
            answer.cancel()
            gone.cancel()
            future.release()
