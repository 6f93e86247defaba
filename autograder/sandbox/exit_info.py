"""How a sandboxed process came to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reason = Literal[
    "exit",  # the worker ended by itself, see exit_status
    "signal",  # a signal of its own making ended it: segmentation fault, abort, ...
    "processor time",
    "memory",
    "too much output",
    "too many files",
    "killed",  # by Sandbox.kill
    "not started",  # bubblewrap failed before the worker ran: never the student's fault
]


@dataclass(frozen=True)
class Ending:
    """Why and how the worker ended; `detail` is a sentence for the instructor's log."""

    reason: Reason
    exit_status: int | None = None
    signal: int | None = None
    processor_seconds: float = 0.0
    peak_bytes: int = 0
    detail: str = ""


class SandboxUnavailable(RuntimeError):
    """The sandbox cannot be built here; the message is one line with what to install or allow."""
