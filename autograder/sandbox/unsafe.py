"""The worker as a plain process, for `--unsafe`: limited, but free to do what we can do."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from autograder.sandbox.environment import ENVIRONMENT
from autograder.sandbox.exit_info import Ending, Reason
from autograder.sandbox.limits import Limits
from autograder.sandbox.mounts import Mounts
from autograder.sandbox.output import Output

POLL_INTERVAL_S = 0.1

# A limit that this system does not know is left out: this way promises nothing.
SCRIPT = """
exec 3<&0 4>&1 </dev/null >&2
ulimit -H -t "$(($1 + 1))" 2>/dev/null  # a second to tell why: SIGXCPU comes first
ulimit -S -t "$1" 2>/dev/null
ulimit -f "$2" 2>/dev/null
ulimit -n "$3" 2>/dev/null
ulimit -c 0
shift 3
exec "$@"
"""


class UnsafeProcess:
    """The interface of Sandbox without its walls: for machines that cannot have it.

    Resource limits, an own session, an empty home and an own process group that is killed at the
    end; a process that leaves the group survives.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        pipes: tuple[int, int, int],
        home: str,
        limits: Limits,
    ) -> None:
        import psutil  # type: ignore[import-untyped]  # comes with ipykernel

        self.request_fd, self.reply_fd, output = pipes
        self._process = process
        self._usage = psutil.Process(process.pid)
        self._home = home
        self._limits = limits
        self._output = Output(output, limits.output_bytes)
        self._lock = threading.Lock()
        self._kill_reason: Reason | None = None
        self._ending: Ending | None = None
        self._peak_bytes = 0
        self._closed = False
        self._over = threading.Event()
        threading.Thread(target=self._watch, name="unsafe watcher", daemon=True).start()

    @classmethod
    def start(cls, command: Sequence[str], mounts: Mounts, limits: Limits) -> UnsafeProcess:
        """Start `command`; paths in it that exist only inside a sandbox become those outside."""
        home = tempfile.mkdtemp(prefix="autograder-unsafe-")
        environment = {**ENVIRONMENT, "PATH": os.environ.get("PATH", ENVIRONMENT["PATH"])}
        environment.update(HOME=home, TMPDIR=home, MPLCONFIGDIR=f"{home}/matplotlib")
        numbers = (round(limits.processor_seconds), limits.file_bytes // 512, limits.open_files)
        translated = [_outside(argument, mounts.read_only) for argument in command]
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:
            request, reply, output = os.pipe(), os.pipe(), os.pipe()
            for descriptor in (request[0], reply[1], output[1]):
                theirs.callback(os.close, descriptor)
            for descriptor in (request[1], reply[0], output[0]):
                ours.callback(os.close, descriptor)
            ours.callback(shutil.rmtree, home, ignore_errors=True)
            process = subprocess.Popen(
                ["/bin/sh", "-c", SCRIPT, "sh", *map(str, numbers), *translated],
                stdin=request[0],
                stdout=reply[1],
                stderr=output[1],
                env=environment,
                cwd=home,
                start_new_session=True,
            )
            ours.pop_all()
        return cls(process, (request[1], reply[0], output[0]), home, limits)

    def processor_seconds(self) -> float:
        """User and system time of the worker and of its reaped children."""
        if self._ending is not None:
            return self._ending.processor_seconds
        import psutil

        with contextlib.suppress(psutil.Error):
            return float(sum(self._usage.cpu_times()[:4]))
        return 0.0

    def is_runnable(self) -> bool:
        """Whether the worker's main thread runs, or waits for a core."""
        import psutil

        with contextlib.suppress(psutil.Error):
            return bool(self._usage.status() == psutil.STATUS_RUNNING)
        return False

    def resident_bytes(self) -> int:
        """Memory of the worker alone."""
        import psutil

        with contextlib.suppress(psutil.Error):
            return int(self._usage.memory_info().rss)
        return 0

    def output(self) -> str:
        """What the worker printed so far, at most Limits.output_bytes of it."""
        return self._output.text()

    def exceeded_output(self) -> bool:
        """Whether it printed more than that (and was killed for it)."""
        return self._output.exceeded

    def ended(self) -> Ending | None:
        """How the worker ended; None while it lives."""
        return self._ending

    def wait(self, seconds: float) -> Ending | None:
        """ended(), after at most so many seconds of waiting for it."""
        self._over.wait(seconds)
        return self._ending

    def kill(self) -> None:
        """End the worker and its process group, and return when the worker is gone."""
        self._kill("killed")
        self._over.wait()

    def close(self) -> None:
        """kill(), and close request_fd and reply_fd."""
        self.kill()
        with self._lock:
            closed, self._closed = self._closed, True
        if not closed:
            os.close(self.request_fd)
            os.close(self.reply_fd)

    def __enter__(self) -> UnsafeProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _kill(self, reason: Reason) -> None:
        with self._lock:
            if self._ending is None:
                self._kill_reason = self._kill_reason or reason
                self._kill_group()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._output.descriptor, select.POLLIN)
        while True:
            if poll.poll(POLL_INTERVAL_S * 1000) and not self._output.drain():
                poll.unregister(self._output.descriptor)
            with self._lock:
                number, status, usage = os.wait4(self._process.pid, os.WNOHANG)
                if number:
                    self._kill_group()
                    self._output.drain()
                    self._process.returncode = 0  # reaped here, for the sake of `usage`
                    self._ending = self._describe(status, usage.ru_utime + usage.ru_stime)
                    break
            self._check()
        os.close(self._output.descriptor)
        shutil.rmtree(self._home, ignore_errors=True)
        self._over.set()

    def _check(self) -> None:
        used = self.resident_bytes()
        self._peak_bytes = max(self._peak_bytes, used)
        if self._output.exceeded:
            self._kill("too much output")
        elif used > self._limits.memory_bytes:
            self._kill("memory")
        elif self.processor_seconds() > self._limits.processor_seconds:
            self._kill("processor time")

    def _describe(self, status: int, seconds: float) -> Ending:
        code = os.waitstatus_to_exitcode(status)
        number = -code if code < 0 else None
        reason: Reason = "exit" if number is None else "signal"
        if self._kill_reason is not None:
            reason = self._kill_reason
        elif number == signal.SIGXCPU:
            reason = "processor time"
        return Ending(
            reason=reason,
            exit_status=code if number is None else None,
            signal=number,
            processor_seconds=seconds,
            peak_bytes=self._peak_bytes,
            detail=f"signal {number}" if number else f"exit status {code}",
        )


def _outside(argument: str, read_only: Mapping[Path, Path]) -> str:
    """The same file's path outside, for an argument that names one inside."""
    if argument == sys.executable:
        return argument
    for inside, outside in read_only.items():
        if argument == str(inside) or argument.startswith(f"{inside}/"):
            return str(outside) + argument[len(str(inside)) :]
    return argument
