"""The process that talks to Dask for the grader.

Dask's client has threads, and the grader forks: so they are two processes.
"""

from __future__ import annotations

import asyncio
import pkgutil
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import dask.config
from distributed import Client, LocalCluster

from autograder.cluster import tasks
from autograder.cluster.crew import Crew, Lost, NoneFit
from autograder.cluster.frames import Inbox, own_pipes, send
from autograder.cluster.identity import Identity
from autograder.cluster.messages import (
    Began,
    Drop,
    Ended,
    Failed,
    Judged,
    News,
    Order,
    Send,
    encode,
    order_in,
)
from autograder.processes.confined import End

#: Instead of an address: a cluster on this machine, made for this run.
LOCAL = "local"
#: How often a submission is judged elsewhere after its worker was lost.
REDONE = 3
#: How long a scheduler may take to answer.
CONNECT_SECONDS = 15.0

Tell = Callable[[News], None]


class Messenger:
    """Sends submissions to workers with a free place, and tells what becomes of them."""

    def __init__(self, crew: Crew, tell: Tell) -> None:
        self._crew, self._tell = crew, tell
        self._judging: set[asyncio.Task[None]] = set()

    async def serve(self, orders: asyncio.Queue[Order | None]) -> None:
        """Follow orders until there are no more. Raises what `Crew.watch` does."""
        watching = asyncio.ensure_future(self._crew.watch())
        serving = asyncio.ensure_future(self._follow(orders))
        try:
            await asyncio.wait({watching, serving}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                watching.result()
        finally:
            watching.cancel()
            serving.cancel()
            await self._drop()

    async def _follow(self, orders: asyncio.Queue[Order | None]) -> None:
        while (order := await orders.get()) is not None:
            if isinstance(order, Send):
                judging = asyncio.ensure_future(self._judge(order))
                self._judging.add(judging)
                judging.add_done_callback(self._judging.discard)
            elif isinstance(order, Drop):
                await self._drop()

    async def _judge(self, order: Send) -> None:
        try:
            judged = await self._judged(order)
        except Exception as error:  # whatever Dask does, the grader must not wait for ever
            judged = Judged(End.FAILED, detail=f"{type(error).__name__}: {error}")
        self._tell(Ended(order.number, judged))

    async def _judged(self, order: Send) -> Judged:
        for _ in range(1 + REDONE):
            worker = await self._crew.free()
            self._tell(Began(order.number, worker.address))
            try:
                judged = await self._crew.judge(worker, order.parcel)
            except Lost:
                continue
            if judged is not None:
                return judged
        lost = f"each of {1 + REDONE} workers was lost while it judged this"
        return Judged(End.LOST, detail=lost)

    async def _drop(self) -> None:
        for judging in self._judging:
            judging.cancel()
        await self._crew.end()


async def work(address: str, jobs: int, inbox: Inbox, tell: Tell) -> None:
    """Connect to the cluster, and serve the grader until it has no more orders."""
    orders = _orders(inbox)
    expected = await orders.get()
    if not isinstance(expected, Identity):
        return
    try:
        async with _client(address, jobs) as client:
            await _ask_scheduler_for_package(client)
            await Messenger(Crew(client, expected, tell), tell).serve(orders)
    except NoneFit:
        tell(Failed("no worker is fit to judge"))
    except asyncio.TimeoutError:
        tell(Failed("the scheduler does not answer"))
    except Exception as error:  # of a connection, of certificates, of Dask's configuration
        tell(Failed(str(error) or type(error).__name__))


@asynccontextmanager
async def _client(address: str, jobs: int) -> AsyncIterator[Any]:
    """Dask's client. Raises OSError if no scheduler answers, and what Dask raises."""
    if address == LOCAL:
        dask.config.set({"distributed.worker.profile.enabled": False})  # nobody looks at it
        local = LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            memory_limit=0,
            dashboard_address=None,
            asynchronous=True,
        )
        async with local, Client(local, asynchronous=True) as client:
            yield client
    else:
        async with Client(address, asynchronous=True, timeout=CONNECT_SECONDS) as client:
            yield client


async def _ask_scheduler_for_package(client: Any) -> None:
    """Raise RuntimeError if it is missing: the scheduler reads what it passes on to workers."""
    try:
        await client.run_on_scheduler(pkgutil.resolve_name, tasks.THERE)
    except ImportError as error:
        raise RuntimeError(f"its scheduler lacks the grader's package ({error})") from error


def _orders(inbox: Inbox) -> asyncio.Queue[Order | None]:
    """What the grader says, as it comes; None at its end."""
    orders: asyncio.Queue[Order | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def listen() -> None:
        while (order := inbox.wait()) is not None:
            loop.call_soon_threadsafe(orders.put_nowait, order_in(order))
        loop.call_soon_threadsafe(orders.put_nowait, None)

    threading.Thread(target=listen, daemon=True).start()
    return orders


def main() -> None:
    """Work for the grader at the other end of standard input and output.

    The command line names the scheduler, and how many workers a cluster on this machine has.
    """
    address, jobs = sys.argv[1:]
    orders, news = own_pipes()
    asyncio.run(work(address, int(jobs), Inbox(orders), lambda told: send(news, encode(told))))
