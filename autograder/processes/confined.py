"""One function in a process forked from this one, within limits; its bytes come back.

A fork has everything that its parent has imported, and takes a hundredth of a second. Only bytes
come back, and only whole: what a process has not finished does not count.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import os
import select
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from autograder.processes.allowance import Allowance

#: Sends bytes ahead of the result: what counts should the process be ended.
Report = Callable[[bytes], None]
Work = Callable[[Report], bytes]

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)
_HEAD = struct.Struct("!cQ")
_REPORT, _RESULT, _MEMORY, _FAULT = b"p", b"r", b"m", b"f"
_CHUNK = 1 << 20
_LONGEST_FAULT = 2_000


class End(Enum):
    """How a piece of work ended."""

    DONE = "done"
    FAILED = "failed"  # it raised
    OUT_OF_MEMORY = "out of memory"
    OUT_OF_TIME = "out of time"
    KILLED = "killed"  # by somebody else, or by itself
    LOST = "lost"  # with the machine that did it


@dataclass(frozen=True)
class Outcome:
    """What came of a piece of work.

    value: its bytes if it is DONE, else what it last reported, empty if nothing. detail: what an
    instructor can be told of an end that is not DONE, in a few words.
    """

    end: End
    value: bytes = b""
    detail: str = ""


class Confined:
    """A piece of work in its process; `fileno` becomes readable when something came, or the end."""

    def __init__(self, pid: int, results: int, allowance: Allowance) -> None:
        self.pid = pid
        self._handle = os.pidfd_open(pid)
        self._results = results
        self._allowance = allowance
        self._received = bytearray()
        self._began = time.monotonic()
        self._timed_out = False

    @classmethod
    def start(cls, work: Work, allowance: Allowance) -> Confined:
        """Begin a piece of work. What it prints is lost, and its threads end with it."""
        sys.stdout.flush()
        sys.stderr.flush()
        results, write = os.pipe()
        parent = os.getpid()
        gc.freeze()  # there the collector leaves alone what is shared, so that it stays shared
        pid = os.fork()
        if pid == 0:
            os.close(results)
            _live(work, write, allowance, parent)
        gc.unfreeze()
        os.close(write)
        return cls(pid, results, allowance)

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._results

    @property
    def seconds(self) -> float:
        """How long it has been running, by the clock."""
        return time.monotonic() - self._began

    def receive(self) -> bool:
        """Take what is there, without waiting longer than for that; False at the end."""
        chunk = os.read(self._results, _CHUNK)
        self._received += chunk
        return bool(chunk)

    def watch_the_clock(self) -> None:
        """Kill it if its time by the clock is over."""
        if self.seconds > self._allowance.wall_seconds:
            self._timed_out = True
            self.kill()

    def kill(self) -> None:
        """End it now; the kernel ends the sandbox that it started with it."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def outcome(self) -> Outcome:
        """What came of it; waits for the end of the process, and forgets it."""
        os.close(self._results)
        _, status = os.waitpid(self.pid, 0)
        os.close(self._handle)
        reported = b""
        for kind, content in _frames(self._received):
            if kind == _RESULT:
                return Outcome(End.DONE, content)
            if kind == _REPORT:
                reported = content
            elif kind == _MEMORY:
                return Outcome(End.OUT_OF_MEMORY, reported, "it needed too much memory")
            elif kind == _FAULT:
                return Outcome(End.FAILED, reported, content.decode("utf-8", "replace"))
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if self._timed_out or number == signal.SIGXCPU:
            return Outcome(End.OUT_OF_TIME, reported, "it took too long")
        how = f"signal {number}" if number else f"exit status {os.WEXITSTATUS(status)}"
        return Outcome(End.KILLED, reported, f"its process ended with {how}")


def run_confined(work: Work, allowance: Allowance) -> Outcome:
    """Do a piece of work in a process of its own, and wait for it."""
    process = Confined.start(work, allowance)
    poll = select.poll()
    poll.register(process, select.POLLIN)
    try:
        while True:
            ready = poll.poll(1000)
            process.watch_the_clock()
            if ready and not process.receive():
                break
    except BaseException:
        process.kill()
        process.outcome()
        raise
    return process.outcome()


def _live(work: Work, write: int, allowance: Allowance, parent: int) -> NoReturn:
    """The forked process, from its first line to its last."""
    try:
        os.setsid()  # Ctrl-C is for the parent, which then kills
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        faulthandler.disable()
        _print_to_nowhere()
        allowance.impose()
        try:
            kind, content = _RESULT, work(lambda reported: _send(write, _REPORT, reported))
        except MemoryError:
            kind, content = _MEMORY, b""
        except Exception as error:
            kind, content = _FAULT, _described(error)
        _send(write, kind, content)
        os._exit(0)
    finally:
        os._exit(1)


def _print_to_nowhere() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.stdout = sys.stderr = os.fdopen(nowhere, "w")


def _described(error: Exception) -> bytes:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return f"{type(error).__name__}: {error}, {place}"[:_LONGEST_FAULT].encode("utf-8", "replace")


def _send(write: int, kind: bytes, content: bytes) -> None:
    data = memoryview(_HEAD.pack(kind, len(content)) + content)
    while data:
        data = data[os.write(write, data) :]


def _frames(received: bytearray) -> list[tuple[bytes, bytes]]:
    """What was sent, as far as it is whole."""
    frames = []
    place = 0
    while place + _HEAD.size <= len(received):
        kind, length = _HEAD.unpack_from(received, place)
        place += _HEAD.size
        if place + length > len(received):
            break
        frames.append((kind, bytes(received[place : place + length])))
        place += length
    return frames
