"""One core for the grader and its worker: they take turns, and a turn on one core is cheaper."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

#: Where a container sees its limit: microseconds of processor time, and in how many by the clock;
#: of control groups version 2 and 1.
QUOTAS = (
    ("/sys/fs/cgroup/cpu.max",),
    ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
)


@contextmanager
def one_core() -> Iterator[int | None]:
    """Keep this thread, and the processes that it starts, on a core that no other grader keeps.

    Gives the core's number; None, and changes nothing, where all are taken, where the system has no
    such thing, and in a container that has a share of the machine's time: it cannot see which cores
    the graders of other containers keep.
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


def _has_a_share_of_time() -> bool:
    """Whether a limit on processor time is lower than all cores that this process may run on."""
    for quota in QUOTAS:
        try:
            numbers = [int(number) for file in quota for number in Path(file).read_text().split()]
        except (OSError, ValueError):  # no such file, or the word “max”
            continue
        time, period = numbers
        if 0 < time < period * len(os.sched_getaffinity(0)):
            return True
    return False


def _free_core() -> tuple[int, socket.socket] | None:
    """A core and what keeps it: a name that the kernel gives once, and frees when we end."""
    if not hasattr(os, "sched_setaffinity") or _has_a_share_of_time():
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
