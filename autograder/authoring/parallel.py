"""A function on many cases, in worker processes; each result as soon as it is there."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any, TypeVar

from autograder.notebook.quiet import quiet_tensorflow
from autograder.worker.frameworks import allow_both_in_one_process

Case = TypeVar("Case")
Outcome = TypeVar("Outcome")

#: How long an interrupted worker may take to end what it has started, e.g. a sandbox.
ENDS_WITHIN_S = 10.0
_stopping = False


def in_parallel(
    function: Callable[[Case], Outcome], cases: Sequence[Case], jobs: int | None = None
) -> Iterator[Outcome]:
    """Yield `function(case)` of each case as it is done, in any order.

    jobs: worker processes, default one for each core. When the caller stops early (Ctrl-C, an
    exception, a closed generator) no worker is left behind.
    """
    workers = min(jobs or os.cpu_count() or 1, max(len(cases), 1))
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare
    )
    try:
        futures = [pool.submit(_call, function, case) for case in cases]
        for future in as_completed(futures):
            yield future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        _end(set(multiprocessing.active_children()) - others)
        raise
    pool.shutdown()


def _prepare() -> None:
    """Make a fresh worker ready: only its parent decides when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    quiet_tensorflow()
    warnings.simplefilter("ignore")  # they are about the answers, not for who validates the checks
    allow_both_in_one_process()


def _end_with_the_parent() -> None:
    """Leave at once when nobody waits for the results any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _stop(number: int, frame: Any) -> None:
    """Leave what is running, so that its sandboxes and temporary folders go, too."""
    global _stopping
    _stopping = True
    raise SystemExit


def _call(function: Callable[[Case], Outcome], case: Case) -> Outcome:
    """The function, unless this worker is about to end."""
    if _stopping:
        raise SystemExit
    return function(case)


def _end(workers: set[Any]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(ENDS_WITHIN_S)
        if worker.is_alive():
            worker.kill()
            worker.join()
