"""One core for the grader and its worker: they take turns, and a turn on one core is cheaper."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager


@contextmanager
def one_core() -> Iterator[int | None]:
    """Keep this thread, and the processes that it starts, on a core that no other grader keeps.

    Gives the core's number; None, and changes nothing, where all are taken or the system has no
    such thing.
    """
    lease = _free_core()
    if lease is None:
        yield None
        return
    core, taken = lease
    before = os.sched_getaffinity(0)
    with closing(taken):
        os.sched_setaffinity(0, {core})
        try:
            yield core
        finally:
            os.sched_setaffinity(0, before)


def _free_core() -> tuple[int, socket.socket] | None:
    """A core and what keeps it: a name that the kernel gives once, and frees when we end."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    for core in sorted(os.sched_getaffinity(0)):
        name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            name.bind(f"\0autograder core {core}")
        except OSError:
            name.close()
            continue
        return core, name
    return None
