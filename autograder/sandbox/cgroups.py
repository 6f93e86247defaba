"""A control group for each worker, where the machine has delegated us one (cgroups(7), version 2).

It is a second net, above the other limits, so that no mark depends on whether it is there. It sees
what they do not: memory that the kernel itself holds for pipes and sockets, and how many processes
there are together, whoever they say they are.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from autograder.sandbox.limits import MEBIBYTE, Limits

CONTROLLERS = ("memory", "pids")
#: Above what the other limits leave: memory of the kernel's own, in bytes, and bubblewrap's
#: processes.
KERNEL_BYTES = 256 * MEBIBYTE
STARTERS = 16
#: By which systemd says that a group is delegated; root may write everywhere, and asks first.
DELEGATED = ("trusted.delegate", "user.delegate")

_numbers = itertools.count(1)
_lock = threading.Lock()


class ControlGroup:
    """One worker's group; closed when none of its processes is left."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        """Make it in a delegated folder. Raises OSError where that fails."""
        folder.mkdir()
        self._folder = folder
        #: A process that writes 0 into this file joins.
        self.processes = folder / "cgroup.procs"
        memory = limits.memory_bytes + limits.temporary_bytes + KERNEL_BYTES
        wanted = {
            "memory.max": memory,
            "memory.swap.max": 0,
            "memory.oom.group": 1,
            "pids.max": limits.processes + STARTERS,
        }
        for name, value in wanted.items():
            if (folder / name).exists():  # no swap, or not delegated
                (folder / name).write_text(str(value))

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed a process of the group because its memory was full."""
        with contextlib.suppress(OSError):
            for line in (self._folder / "memory.events").read_text().splitlines():
                name, count = line.split()
                if name == "oom_kill" and int(count):
                    return True
        return False

    def close(self) -> None:
        """Remove the group."""
        with contextlib.suppress(OSError):
            self._folder.rmdir()


def new_group(limits: Limits) -> ControlGroup | None:
    """A group for a worker; None where the machine has delegated none to us."""
    folder = delegated()
    if folder is None:
        return None
    try:
        return ControlGroup(folder / f"worker-{os.getpid()}-{next(_numbers)}", limits)
    except OSError:
        return None


def delegated() -> Path | None:
    """The group in which workers' groups can be made; this process leaves it for one below.

    None where there is none, or where others than this process live in it: the kernel gives
    limits only to groups whose parent has no process of its own.
    """
    with _lock:  # of threads that ask at the same time the second would find us moved
        return _divided()


@lru_cache(maxsize=1)
def _divided() -> Path | None:
    folder = own_group()
    if folder is None or not is_delegated(folder):
        return None
    try:
        controllers = (folder / "cgroup.controllers").read_text().split()
        wanted = [f"+{name}" for name in CONTROLLERS if name in controllers]
        if not wanted or (folder / "cgroup.procs").read_text().split() != [str(os.getpid())]:
            return None
        grader = folder / "grader"
        grader.mkdir(exist_ok=True)
        (grader / "cgroup.procs").write_text("0")
        (folder / "cgroup.subtree_control").write_text(" ".join(wanted))
    except OSError:
        return None
    for left in folder.glob("worker-*"):  # of a grader that was killed
        with contextlib.suppress(OSError):
            left.rmdir()
    return folder


def own_group() -> Path | None:
    """The folder of this process's group in the hierarchy of version 2; None if it is not seen."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            if line.startswith("0::"):
                for mounted in _mounts():
                    folder = mounted / line[3:].strip("/")
                    if (folder / "cgroup.procs").exists():
                        return folder
    return None


def is_delegated(folder: Path) -> bool:
    """Whether this group is ours to divide."""
    if not all(os.access(path, os.W_OK) for path in (folder, folder / "cgroup.subtree_control")):
        return False
    if os.geteuid() != 0:
        return True
    for name in DELEGATED:
        with contextlib.suppress(OSError):
            if os.getxattr(folder, name) == b"1":
                return True
    return False


def _mounts() -> Iterator[Path]:
    """Where the hierarchy of version 2 is mounted."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if kind == "cgroup2":
            yield Path(place)
