"""What one process of the grader's own may use."""

from __future__ import annotations

import math
import resource
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Allowance:
    """Limits of one piece of work.

    memory_bytes: private memory beside what the parent has when it forks. processor_seconds: of
    the process itself, without its children's. wall_seconds: by the clock.
    """

    memory_bytes: int
    processor_seconds: float
    wall_seconds: float

    def impose(self) -> None:
        """Limit this process by the kernel; the clock is for its parent to watch.

        Soft limits only: a sandbox that it starts has limits of its own, which may be higher.
        """
        _soft(resource.RLIMIT_DATA, private_bytes() + self.memory_bytes)
        _soft(resource.RLIMIT_CPU, math.ceil(self.processor_seconds))
        _soft(resource.RLIMIT_CORE, 0)


def private_bytes() -> int:
    """The private writable memory of this process, as the kernel counts it for RLIMIT_DATA."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0


def _soft(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (soft, hard))
