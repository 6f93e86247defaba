"""What the sandbox's tests share besides fixtures."""

from __future__ import annotations

import os
import select
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.sandbox.launcher import Ending


@dataclass(frozen=True)
class Visit:
    """What one program in the sandbox answered, printed, and how it ended."""

    answers: list[Any]
    output: str
    ending: Ending | None
    seconds: float

    @property
    def answer(self) -> Any:
        assert self.answers, f"no answer; {self.ending}; it printed: {self.output}"
        return self.answers[-1]


def read_replies(descriptor: int, seconds: float) -> bytes:
    """Everything until the end of the file, or what came within the time."""
    deadline = time.monotonic() + seconds
    replies = b""
    while (left := deadline - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            chunk = os.read(descriptor, 65536)
            if not chunk:
                break
            replies += chunk
    return replies


def processes_with(mark: str) -> list[int]:
    """Process numbers of everything on this machine whose command line holds `mark`."""
    found = []
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                line = file.read()
        except OSError:
            continue
        if mark.encode() in line and int(name) != os.getpid():
            found.append(int(name))
    return found


def is_alive(number: int) -> bool:
    """Whether the process is there, and not only its entry that its parent has not read yet."""
    try:
        with open(f"/proc/{number}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def let_others_read(path: Path) -> None:
    """Open a file of a test and those directories above it that pytest made and closed."""
    for step in (path, *path.parents):
        if any(part.startswith("pytest-") for part in step.parts):
            step.chmod(step.stat().st_mode | 0o055)
