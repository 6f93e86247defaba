"""What Dask calls on a worker: each function takes and gives bytes and texts alone.

Dask's scheduler imports this module, too: it imports little.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from threading import Lock

from autograder.cluster.frames import Inbox, send
from autograder.sandbox.threads import ON_THE_CPU

#: What `pkgutil.resolve_name` finds wherever this module is installed.
THERE = f"{__name__}:THERE"

_COMMAND = (sys.executable, "-m", "autograder.cluster.judge")
_SECONDS_TO_END = 10.0


class JudgeEnded(RuntimeError):
    """A judge's process has ended before it answered."""


class _Judge:
    """A judge's process, and the pipes to it."""

    def __init__(self, units: Sequence[str]) -> None:
        """Start it and read its introduction. Raises JudgeEnded if there is none."""
        self._process = subprocess.Popen(
            [*_COMMAND, *units],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ON_THE_CPU},
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._questions = self._process.stdin.fileno()
        self._inbox = Inbox(self._process.stdout.fileno())
        self.introduction = self._answer()

    def ask(self, parcel: bytes) -> bytes:
        """What it says to a submission. Raises JudgeEnded if it dies of it."""
        with contextlib.suppress(BrokenPipeError):
            send(self._questions, parcel)
        return self._answer()

    @property
    def is_there(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def end(self) -> None:
        """Kill it; the kernel ends what it started with it."""
        self._process.kill()

    def _answer(self) -> bytes:
        answer = self._inbox.wait()
        if answer is None:
            status = self._process.wait(_SECONDS_TO_END)
            raise JudgeEnded(f"the judge's process ended with status {status}")
        return answer


class _Judges:
    """The judges of one run on this worker: as many as judge at once."""

    def __init__(self, units: Sequence[str]) -> None:
        self._units = units
        self._lock = Lock()
        self._all: list[_Judge] = []
        self._idle: list[_Judge] = []
        self._ended = False

    def introduction(self) -> bytes:
        """The introduction of a judge that is started for it."""
        judge = self._start()
        self._give_back(judge)
        return judge.introduction

    def ask(self, parcel: bytes) -> bytes:
        """What one that has nothing else to do says to a submission. Raises JudgeEnded."""
        if self._ended:
            raise JudgeEnded("its run has ended")
        judge = self._take() or self._start()
        try:
            return judge.ask(parcel)
        finally:
            self._give_back(judge)

    def end(self) -> None:
        """Kill all, and start no other."""
        with self._lock:
            self._ended = True
            for judge in self._all:
                judge.end()

    def _take(self) -> _Judge | None:
        with self._lock:
            while self._idle:
                judge = self._idle.pop()
                if judge.is_there:
                    return judge
        return None

    def _start(self) -> _Judge:
        judge = _Judge(self._units)
        with self._lock:
            self._all = [one for one in self._all if one.is_there] + [judge]
            if self._ended:
                judge.end()
        return judge

    def _give_back(self, judge: _Judge) -> None:
        with self._lock:
            self._idle.append(judge)


_runs: dict[str, _Judges] = {}
_lock = Lock()


def introduce(run: str, units: tuple[str, ...]) -> bytes:
    """Start a judge for a run, and return what it says: an Identity, or Unfit."""
    return _judges(run, units).introduction()


def judge(run: str, units: tuple[str, ...], parcel: bytes) -> bytes:
    """Judge a submission, and return what the judge says: Judged, or Unfit."""
    return _judges(run, units).ask(parcel)


def end(run: str) -> None:
    """End all that is still judged for a run; what comes too late for it is not judged."""
    _judges(run, ()).end()


def _judges(run: str, units: tuple[str, ...]) -> _Judges:
    with _lock:
        return _runs.setdefault(run, _Judges(units))
