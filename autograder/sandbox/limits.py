"""What one worker may use of the machine."""

from __future__ import annotations

import math
import resource
from dataclasses import dataclass

MEBIBYTE = 2**20
GIBIBYTE = 2**30

# Address space that libraries map without ever touching it (shared objects, thread stacks, arenas).
# Measured: importing and training one step takes 0.7 GiB with torch, 2.2 GiB with TensorFlow and
# 2.7 GiB with both; 0.25, 0.45 and 0.64 GiB of it is private writable memory (RLIMIT_DATA).
# TensorFlow starts threads by the number of cores, 8 MiB of stack each: room for big machines.
ADDRESS_SPACE_RESERVE = 6 * GIBIBYTE


@dataclass(frozen=True)
class Limits:
    """Limits of one worker; the defaults suit a course of small networks with torch or TensorFlow.

    A process is limited by the kernel (resource limits); the sum over all processes of the sandbox
    is watched from outside, ten times a second.
    """

    processor_seconds: float = 600.0  # user + system; a backstop, the grader decides by reading it
    memory_bytes: int = 3 * GIBIBYTE  # private memory of a process, resident memory of them all
    processes: int = 256  # processes and threads together; TensorFlow starts 20 threads on 2 cores
    file_bytes: int = 64 * MEBIBYTE  # of one file
    open_files: int = 256  # of one process
    temporary_bytes: int = 256 * MEBIBYTE  # of everything in /tmp, the home directory included
    temporary_files: int = 20_000  # files and directories in /tmp and /dev/shm together
    output_bytes: int = 2 * MEBIBYTE  # stdout and stderr together

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise ValueError(f"limit {name} must be positive, not {value}")

    def resource_limits(self) -> dict[str, tuple[int, int]]:
        """Soft and hard value by name as prlimit(1) spells it, none above what we have."""
        processor = math.ceil(self.processor_seconds)
        limits = {
            "cpu": (resource.RLIMIT_CPU, processor, processor + 1),
            "as": (resource.RLIMIT_AS, *2 * (self.memory_bytes + ADDRESS_SPACE_RESERVE,)),
            "data": (resource.RLIMIT_DATA, *2 * (self.memory_bytes,)),
            "nproc": (resource.RLIMIT_NPROC, *2 * (self.processes,)),
            "fsize": (resource.RLIMIT_FSIZE, *2 * (self.file_bytes,)),
            "nofile": (resource.RLIMIT_NOFILE, *2 * (self.open_files,)),
            "stack": (resource.RLIMIT_STACK, 8 * MEBIBYTE, 64 * MEBIBYTE),
            # Not 0: only 1 keeps the kernel from starting the system's crash reporter.
            "core": (resource.RLIMIT_CORE, 1, 1),
            # Queued signals and timers count for the user, who may be the grader's own.
            "sigpending": (resource.RLIMIT_SIGPENDING, *2 * (1024,)),
        }
        return {
            name: (_within_own_limit(which, soft), _within_own_limit(which, hard))
            for name, (which, soft, hard) in limits.items()
        }


def _within_own_limit(which: int, value: int) -> int:
    """Nobody may raise a hard limit without privilege: asking for it would fail the start."""
    ours = resource.getrlimit(which)[1]
    return value if ours == resource.RLIM_INFINITY else min(value, ours)
