"""What the processes of a sandbox use, read from outside."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class _Process:
    """One process: its own and its reaped children's ticks, its start (to tell reused numbers)."""

    key: tuple[int, int]  # (number, start time)
    own: int
    reaped: int
    resident: int  # bytes


class ProcessTable:
    """The sandbox's own /proc, which lists its processes and no other.

    Not thread-safe: the caller holds a lock.
    """

    def __init__(self, descriptor: int) -> None:
        self._proc = descriptor
        self._seen: dict[tuple[int, int], int] = {}
        self._ticks = 0

    @classmethod
    def attach(cls, pid: int) -> ProcessTable | None:
        """The table of the namespace whose first process is `pid`; None while it is built."""
        try:
            # proc(5), on every Linux: the file system as this process sees it, and its own /proc.
            table = Path("/proc", str(pid), "root", "proc")
            descriptor = os.open(table, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            os.readlink("self", dir_fd=descriptor)
        except OSError:  # we are not in it: it is no longer the /proc of the outside
            return cls(descriptor)
        os.close(descriptor)
        return None

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._proc)

    def processor_seconds(self) -> float:
        """User and system time of all processes, living and reaped, to about 20 ms a process.

        A process that tells the kernel to forget its children (SIGCHLD ignored) hides their time
        from the sum; those that were seen alive are counted all the same.
        """
        processes = self._read()
        for process in processes:
            self._seen[process.key] = process.own
        total = sum(process.own + process.reaped for process in processes)
        self._ticks = max(self._ticks, total, sum(self._seen.values()))
        return self._ticks / TICKS

    def resident_bytes(self) -> int:
        """Memory of all processes; pages that they share are counted once for each."""
        return sum(process.resident for process in self._read())

    def proportional_bytes(self) -> int:
        """Memory of all processes, shared pages divided; slow (milliseconds a process)."""
        total = 0
        for process in self._read():
            try:
                text = self._file(f"{process.key[0]}/smaps_rollup")
                total += sum(
                    int(line.split()[1]) * 1024
                    for line in text.splitlines()
                    if line.startswith((b"Pss:", b"SwapPss:"))
                )
            except (OSError, ValueError):
                total += process.resident
        return total

    def is_runnable(self) -> bool:
        """Whether a thread of any process runs, or waits for a core to run on."""
        for number in self._numbers():
            with contextlib.suppress(OSError):  # this process is gone
                if any(state == b"R" for state in self._states(number)):
                    return True
        return False

    def _states(self, number: str) -> Iterator[bytes]:
        """The state of each thread of a process, as proc(5) abbreviates it."""
        folder = os.open(f"{number}/task", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)
        try:
            threads = os.listdir(folder)
        finally:
            os.close(folder)
        for thread in threads:
            yield self._fields(f"{number}/task/{thread}/stat")[0]

    def _read(self) -> list[_Process]:
        processes = []
        for number in self._numbers():
            with contextlib.suppress(OSError, ValueError, IndexError):
                processes.append(self._process(number))
        return processes

    def _numbers(self) -> list[str]:
        """The processes that there are; none when the namespace is gone."""
        try:
            return [name for name in os.listdir(self._proc) if name.isdecimal()]
        except OSError:
            return []

    def _process(self, number: str) -> _Process:
        fields = self._fields(f"{number}/stat")
        return _Process(
            key=(int(number), int(fields[19])),
            own=int(fields[11]) + int(fields[12]),
            reaped=int(fields[13]) + int(fields[14]),
            resident=int(fields[21]) * PAGE,
        )

    def _fields(self, name: str) -> list[bytes]:
        """What a `stat` file says after the name of the process, the state first."""
        # The name in parentheses is the process's own choice and may hold spaces and parentheses.
        return self._file(name).rpartition(b")")[2].split()

    def _file(self, name: str) -> bytes:
        descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)
        try:
            return os.read(descriptor, 65536)
        finally:
            os.close(descriptor)
