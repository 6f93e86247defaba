"""Starts a worker inside bubblewrap, watches it, and ends it with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType

from autograder.sandbox import bubblewrap
from autograder.sandbox.cgroups import ControlGroup, new_group
from autograder.sandbox.exit_info import Ending, Reason, SandboxUnavailable
from autograder.sandbox.limits import Limits
from autograder.sandbox.mounts import Mounts
from autograder.sandbox.open_files import with_open_files
from autograder.sandbox.output import Output
from autograder.sandbox.processes import ProcessTable
from autograder.sandbox.seccomp import filter_program
from autograder.sandbox.troubleshooting import unavailable
from autograder.sandbox.uids import UserLease
from autograder.sandbox.unsafe import UnsafeProcess

__all__ = ["Ending", "Limits", "Mounts", "Sandbox", "SandboxUnavailable", "UnsafeProcess"]

START_SECONDS = 120.0  # of wall time; it takes hundredths on a machine that is not swamped
POLL_INTERVAL_S = 0.1  # between two checks of what the sandbox uses
PASSWD = b"student:x:1000:1000:student:/tmp/home:/bin/sh\n"


@dataclass
class _Pipes:
    """Our ends of what bubblewrap was given, and the process itself."""

    process: subprocess.Popen[bytes]
    request: int
    reply: int
    output: int
    status: int


@dataclass(frozen=True)
class _Leases:
    """The user id and the control group that a worker keeps until its last process is gone."""

    lease: UserLease | None
    group: ControlGroup | None

    def out_of_memory(self) -> bool:
        """Whether the kernel ended it for the memory of its group."""
        return self.group is not None and self.group.out_of_memory()

    def close(self) -> None:
        """Give both back."""
        for part in (self.lease, self.group):
            if part is not None:
                part.close()


class Sandbox:
    """A worker process behind bubblewrap; inside, it reads requests from 3 and writes replies to 4.

    The thread that calls start() must outlive the sandbox: the kernel's "die with parent" means
    the starting thread. All methods may be called from any thread.

    A grader that is killed within the hundredths of a second of the start leaves a worker that
    sees the end of its requests at once: the worker must leave then.
    """

    def __init__(self, pipes: _Pipes, limits: Limits, leases: _Leases) -> None:
        self.request_fd = pipes.request
        self.reply_fd = pipes.reply
        self._limits = limits
        self._process = pipes.process
        self._status = _Status(pipes.status)
        self._leases = leases
        self._output = Output(pipes.output, limits.output_bytes)
        self._lock = threading.Lock()  # over everything below
        self._table: ProcessTable | None = None
        self._temporary: tuple[int, ...] = ()  # descriptors of /tmp and /dev/shm inside
        self._init: int | None = None  # a descriptor of the namespace's first process
        self._kill_reason: Reason | None = None  # why we killed it
        self._processor_seconds = 0.0
        self._peak_bytes = 0
        self._ending: Ending | None = None
        self._closed = False
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="sandbox watcher", daemon=True)

    @classmethod
    def start(cls, command: Sequence[str], mounts: Mounts, limits: Limits) -> Sandbox:
        """Start `command` (absolute path first); returns when the sandbox stands around it.

        Raises SandboxUnavailable where it cannot be built: nothing has run then.
        """
        leases = _Leases(UserLease() if os.geteuid() == 0 else None, new_group(limits))
        try:
            pipes = _spawn(command, mounts, limits, leases)
        except BaseException:
            leases.close()
            raise
        sandbox = cls(pipes, limits, leases)
        try:
            sandbox._attach()
        except BaseException:
            sandbox._watcher.start()
            sandbox.close()
            raise
        sandbox._watcher.start()
        return sandbox

    def processor_seconds(self) -> float:
        """User and system time of every process of the sandbox, living and reaped.

        Counted in 10 ms; after an end by itself, up to the last check, at most 0.1 s before.
        """
        with self._lock:
            self._count()
            return self._processor_seconds

    def is_runnable(self) -> bool:
        """Whether something in the sandbox runs, or waits for a core."""
        with self._lock:
            return self._table is not None and self._table.is_runnable()

    def resident_bytes(self) -> int:
        """Memory of every living process; what processes share is counted once for each."""
        with self._lock:
            return 0 if self._table is None else self._table.resident_bytes()

    def output(self) -> str:
        """What the worker printed so far, at most Limits.output_bytes of it."""
        return self._output.text()

    def exceeded_output(self) -> bool:
        """Whether it printed more than that (and was killed for it)."""
        return self._output.exceeded

    def ended(self) -> Ending | None:
        """How the sandbox ended; None while it lives, or has not been reaped yet: see wait()."""
        return self._ending

    def wait(self, seconds: float) -> Ending | None:
        """ended(), after at most so many seconds of waiting for it.

        After the end of the file on reply_fd, a moment passes until the kernel has cleaned up.
        """
        self._over.wait(seconds)
        return self._ending

    def kill(self) -> None:
        """End every process of the sandbox, and return when none is left."""
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

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _attach(self) -> None:
        """Wait until the sandbox stands; then processes and files in it can be counted."""
        deadline = time.monotonic() + START_SECONDS
        pid = self._status.first_process(deadline)
        while pid is not None and time.monotonic() < deadline:
            if self._init is None:
                with contextlib.suppress(ProcessLookupError):
                    self._init = os.pidfd_open(pid)
            self._table = ProcessTable.attach(pid)
            if self._table is not None:
                root = f"/proc/{pid}/root"
                with contextlib.suppress(OSError):
                    self._temporary = (_directory(f"{root}/tmp"), _directory(f"{root}/dev/shm"))
                    return
                self._table.close()
                self._table = None
            if _has_ended(self._process.pid):
                break
            time.sleep(0.0005)
        if pid is not None and _has_ended(self._process.pid) and self._status.ran():
            return  # a command that was over before we looked
        self._output.drain()
        printed = self._output.text().strip() or f"no answer within {START_SECONDS:.0f} s"
        raise unavailable(printed.splitlines()[-1])

    def _count(self) -> None:
        if self._table is not None:
            now = self._table.processor_seconds()
            self._processor_seconds = max(self._processor_seconds, now)

    def _kill(self, reason: Reason) -> None:
        with self._lock:
            if self._kill_reason is None and self._ending is None:
                self._kill_reason = reason
                self._count()
            self._signal()

    def _signal(self) -> None:
        """Kill the first process: the kernel then ends its namespace before it lets go of it."""
        if self._over.is_set():
            return
        if self._init is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init, signal.SIGKILL)
        else:
            self._process.kill()

    def _watch(self) -> None:
        """The watcher's life: drain the output, enforce the limits, reap what ended."""
        outer = os.pidfd_open(self._process.pid)
        poll = select.poll()
        poll.register(outer, select.POLLIN)
        poll.register(self._output.descriptor, select.POLLIN)
        next_check = time.monotonic() + POLL_INTERVAL_S
        while True:
            wait = max(0.0, next_check - time.monotonic())
            ready = [descriptor for descriptor, _ in poll.poll(wait * 1000)]
            if self._output.descriptor in ready and not self._output.drain():
                poll.unregister(self._output.descriptor)
            if self._output.exceeded and self._kill_reason is None:
                self._kill("too much output")
            if outer in ready:
                break
            if time.monotonic() >= next_check:
                reason = self._exceeded_limit()
                if reason is not None:
                    self._kill(reason)
                next_check = time.monotonic() + POLL_INTERVAL_S
        os.close(outer)
        self._reap()

    def _exceeded_limit(self) -> Reason | None:
        """The limit that the sandbox as a whole has exceeded, if any."""
        if self.processor_seconds() > self._limits.processor_seconds:
            return "processor time"
        with self._lock:
            if self._table is not None:
                used = self._table.resident_bytes()
                if used > self._limits.memory_bytes:
                    used = self._table.proportional_bytes()
                self._peak_bytes = max(self._peak_bytes, used)
                if used > self._limits.memory_bytes:
                    return "memory"
            files = 0
            for directory in self._temporary:
                usage = os.fstatvfs(directory)
                files += usage.f_files - usage.f_ffree
        return "too many files" if files > self._limits.temporary_files else None

    def _reap(self) -> None:
        """Wait until no process is left, then record how it ended and release everything."""
        with self._lock:
            if self._init is not None:
                # bubblewrap leaves when the worker does; what the worker started may still run.
                self._signal()
                _wait_for(self._init)
        self._output.drain()
        self._process.wait()
        with self._lock:
            self._ending = self._describe()
            if self._table is not None:
                self._table.close()
                self._table = None
            for descriptor in (*self._temporary, self._init, self._output.descriptor):
                if descriptor is not None:
                    os.close(descriptor)
            self._temporary, self._init = (), None
            self._status.close()
            self._leases.close()
            self._over.set()

    def _describe(self) -> Ending:
        status = self._status.exit_status()
        ending = Ending(
            reason="killed",
            processor_seconds=self._processor_seconds,
            peak_bytes=self._peak_bytes,
        )
        if self._kill_reason is not None:
            return replace(ending, reason=self._kill_reason, detail=f"killed: {self._kill_reason}")
        if status is None:
            return replace(ending, reason="not started", detail=self._output.text()[-500:])
        if status <= 128:
            return replace(
                ending, reason="exit", exit_status=status, detail=f"exit status {status}"
            )
        # bubblewrap reports a signal as a shell does; a worker may exit so, and lie about itself.
        number = status - 128
        ending = replace(ending, signal=number, detail=f"signal {number}")
        if number == signal.SIGXCPU:
            return replace(ending, reason="processor time")
        if number == signal.SIGKILL:  # by itself, or by the kernel over one of its limits
            if self._processor_seconds >= self._limits.processor_seconds:
                return replace(ending, reason="processor time")
            if self._leases.out_of_memory():
                return replace(ending, reason="memory")
            if self._peak_bytes >= self._limits.memory_bytes / 2:  # the machine ran out of memory
                return replace(ending, reason="memory")
        return replace(ending, reason="signal")


class _Status:
    """What bubblewrap reports on its status descriptor: one JSON object a line."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._text = b""

    def first_process(self, deadline: float) -> int | None:
        """Process number of the namespace's first process; None when bubblewrap gave up before."""
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self._descriptor], [], [], deadline - time.monotonic())
            if ready and not self._read():
                break
            if b"\n" in self._text:
                return int(self._field("child-pid") or 0) or None
        return None

    def exit_status(self) -> int | None:
        """The worker's exit status (128 + signal); None when it was never run, or bwrap killed."""
        while self._read():
            pass
        return self._field("exit-code")

    def ran(self) -> bool:
        """Whether the worker was run and is over."""
        return self.exit_status() is not None

    def close(self) -> None:
        os.close(self._descriptor)

    def _read(self) -> bool:
        try:
            chunk = os.read(self._descriptor, 4096)
        except BlockingIOError:
            return False
        self._text += chunk
        return bool(chunk)

    def _field(self, name: str) -> int | None:
        for line in self._text.splitlines():
            value = json.loads(line).get(name)
            if value is not None:
                return int(value)
        return None


def _spawn(command: Sequence[str], mounts: Mounts, limits: Limits, leases: _Leases) -> _Pipes:
    bubblewrap.version()
    lease = leases.lease
    mounts = mounts if lease is None else with_open_files(mounts)
    places = {} if lease is None else bubblewrap.staged(mounts)
    options = [*bubblewrap.options(mounts, limits, places)]
    with contextlib.ExitStack() as theirs, contextlib.ExitStack() as ours:

        def pipe(*, worker_reads: bool) -> tuple[int, int]:
            read, write = os.pipe()
            theirs.callback(os.close, read if worker_reads else write)
            ours.callback(os.close, write if worker_reads else read)
            return read, write

        request = pipe(worker_reads=True)
        reply = pipe(worker_reads=False)
        output = pipe(worker_reads=False)
        status = pipe(worker_reads=False)
        passwd = theirs.enter_context(_memory_file(PASSWD))
        options = ["--ro-bind-data", str(passwd), "/etc/passwd", *options]
        # Through a descriptor: the worker can read bubblewrap's command line in /proc/1/cmdline.
        arguments = "\0".join(options).encode() + b"\0"
        descriptors = {
            "--args": theirs.enter_context(_memory_file(arguments)),
            "--seccomp": theirs.enter_context(_memory_file(filter_program())),
            "--json-status-fd": _high(status[1], theirs),
        }
        chain = bubblewrap.chain(command, descriptors, limits, lease.uid if lease else None)
        process = subprocess.Popen(
            bubblewrap.prelude(chain, places, leases.group),
            stdin=request[0],
            stdout=reply[1],
            stderr=output[1],
            pass_fds=(passwd, *descriptors.values()),
            env={},
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the grader, which then kills
        )
        ours.pop_all()
    return _Pipes(process, request[1], reply[0], output[0], status[0])


@contextlib.contextmanager
def _memory_file(content: bytes):  # type: ignore[no-untyped-def]
    """A descriptor that reads `content` from its start."""
    with contextlib.ExitStack() as stack:
        descriptor = os.memfd_create("sandbox")
        stack.callback(os.close, descriptor)
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield _high(descriptor, stack)


def _high(descriptor: int, stack: contextlib.ExitStack) -> int:
    """A duplicate out of the way of 3 and 4, which the prelude gives to the pipes."""
    import fcntl

    duplicate = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 64)
    stack.callback(os.close, duplicate)
    return duplicate


def _directory(path: str) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _wait_for(process: int) -> None:
    """Wait for the process behind a descriptor to end (somebody else reaps it)."""
    poll = select.poll()
    poll.register(process, select.POLLIN)
    poll.poll()
