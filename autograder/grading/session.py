"""One submission in its sandbox: started when needed, started again without what broke it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import autograder.worker
import helpers
from autograder.grading.notebook import Submission, SubmittedCell
from autograder.messages import Message
from autograder.results import Status
from autograder.sandbox.channel import (
    Budget,
    Channel,
    OutOfTime,
    TimeLimit,
    TooMuchOutput,
    WorkerEnded,
)
from autograder.sandbox.cpu_pinning import one_core
from autograder.sandbox.launcher import Sandbox, UnsafeProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.mounts import Mounts
from autograder.sandbox.remote_student import RemoteStudent
from autograder.worker.interface import StudentError
from autograder.worker.protocol import ProtocolError

#: Where the worker's files stand inside the sandbox.
INSIDE = Path("/grader")
#: Processor seconds for one cell, the import of a framework included.
CELL_SECONDS = 20.0
#: What all cells and all tasks of one submission may use together, restarts included: processor
#: seconds, seconds of sleep, and by the clock, which only ends what wakes up now and then to
#: look busy.
SUBMISSION_SECONDS = 900.0
SUBMISSION_SLEEP_SECONDS = 120.0
SUBMISSION_WALL_SECONDS = 3_600.0
#: How long to wait for the kernel to say how a worker ended, once its pipe is closed.
REAP_TIMEOUT_S = 5.0
#: How often a submission's sandbox is started again after its code broke it: so many cells of a
#: student's own, each of which trains for too long, may be left out and cost nothing.
RESTARTS = 25

#: Said whoever notices it first, who reads the answers or who watches the process.
_TOO_MUCH_OUTPUT = "printed more than allowed"

#: The package that is mounted into the sandbox, whole; nothing else of the grader is.
WORKER = Path(autograder.worker.__file__).resolve().parent
T = TypeVar("T")


@dataclass(frozen=True)
class CellError:
    """The exception that ended a cell."""

    cell: SubmittedCell
    kind: str
    message: str


class Broken(Exception):
    """The student's code ended its worker; the session has noted the status."""

    def __init__(self, status: Status, message: str) -> None:
        """message: what the code did, to follow “Your code”."""
        super().__init__(message)
        self.status = status
        self.message = Message.of(message)


class _CannotBegin(Exception):
    """The cells left a process in which no question can be asked."""


class Session:
    """Runs a submission's cells, then answers the grader's questions from what they defined."""

    def __init__(self, submission: Submission, framework: str | None, sandboxed: bool) -> None:
        self.submission = submission
        self.framework = framework
        self.sandboxed = sandboxed
        self.cell_errors: list[CellError] = []
        self.broken: list[Broken] = []
        self.processor_seconds = 0.0
        self._budget = Budget(SUBMISSION_SECONDS, SUBMISSION_WALL_SECONDS, SUBMISSION_SLEEP_SECONDS)
        self._skipped: set[str] = set()
        self._process: Sandbox | UnsafeProcess | None = None
        self._student: RemoteStudent | None = None
        self._core = ExitStack()

    def __enter__(self) -> Session:
        self._core.enter_context(one_core())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        self._core.close()

    def close(self) -> None:
        """Kill the sandbox, if one is running."""
        process, self._process, self._student = self._process, None, None
        if process is not None:
            used = process.processor_seconds()
            self.processor_seconds += used
            self._budget.processor_seconds -= used
            process.close()

    def ask(self, question: Callable[[RemoteStudent], T], processor_seconds: float) -> T:
        """Put a question to the student within a limit of processor time.

        Raises Broken when the answer breaks the worker; the next question gets a new one.
        """
        student = self._running_student()
        return self._guarded(lambda: question(student), processor_seconds, student.channel)

    def _running_student(self) -> RemoteStudent:
        while self._student is None:
            if self.broken and (len(self.broken) > RESTARTS or self._budget.exhausted(0.0)):
                raise self.broken[-1]
            process = self._start()
            self._process = process
            channel = Channel(process, self._budget)
            if self._run_cells(channel):
                self._student = self._guarded(partial(self._begin, channel), CELL_SECONDS, channel)
        return self._student

    def _begin(self, channel: Channel) -> RemoteStudent:
        try:
            return RemoteStudent(channel, self.framework, self._fresh)
        except StudentError as error:
            # Importing the framework is no code of the student's, unless they replaced it.
            message = Message(
                "made {framework} unusable ({error})", framework=self.framework, error=error
            )
            raise _CannotBegin(message) from error

    @contextmanager
    def _fresh(self) -> Iterator[RemoteStudent]:
        """The same cells, run by another worker, within the limit of the question that asks."""
        process = self._start()
        try:
            channel = Channel(process, self._budget)
            with channel.limit(TimeLimit.of(CELL_SECONDS)):
                for cell in self.submission.cells:
                    if cell.runs and cell.name not in self._skipped:
                        _run_cell(channel, cell)
                yield RemoteStudent(channel, self.framework)
        except WorkerEnded as error:
            if error is not channel.failure:
                raise
            raise _ending(process) from error
        finally:
            used = process.processor_seconds()
            self.processor_seconds += used
            self._budget.processor_seconds -= used
            process.close()

    def _run_cells(self, channel: Channel) -> bool:
        """Run the cells; False if one broke the worker, which will be left out next time."""
        self.cell_errors = []
        for cell in self.submission.cells:
            if not cell.runs or cell.name in self._skipped:
                continue
            try:
                error = self._guarded(partial(_run_cell, channel, cell), CELL_SECONDS, channel)
            except Broken as broken:
                self._skipped.add(cell.name)
                broken.message = Message(
                    "of cell {cell} {action}", cell=cell.name, action=broken.message
                )
                return False
            if error is not None:
                self.cell_errors.append(error)
        return True

    def _guarded(self, question: Callable[[], T], processor_seconds: float, channel: Channel) -> T:
        try:
            with channel.limit(TimeLimit.of(processor_seconds)):
                return question()
        except OutOfTime as error:
            used = Message(
                "used more than {seconds:.0f} seconds of processor time", seconds=processor_seconds
            )
            broken = Broken(Status.TIMEOUT, str(error) or used)
        except TooMuchOutput:
            broken = Broken(Status.TOO_MUCH_OUTPUT, _TOO_MUCH_OUTPUT)
        except ProtocolError as error:
            broken = Broken(Status.PROTOCOL, Message("sent {answer}", answer=error))
        except _CannotBegin as error:
            broken = Broken(Status.CRASHED, error.args[0])
        except Broken as error:  # of the other worker that a check has asked
            broken = error
        except WorkerEnded:
            assert self._process is not None
            broken = _ending(self._process)
        except MemoryError:
            too_much = "answered with more than the grader has memory for"
            broken = Broken(Status.MEMORY, too_much)
        self.broken.append(broken)
        self.close()
        raise broken

    def _start(self) -> Sandbox | UnsafeProcess:
        if not self.sandboxed:
            command = [sys.executable, "-s", str(WORKER / "__main__.py")]
            return UnsafeProcess.start(command, Mounts(), Limits())
        worker = INSIDE / "autograder" / "worker"
        read_only = {worker: WORKER, INSIDE / "helpers": Path(helpers.__file__).resolve().parent}
        command = [sys.executable, "-s", str(worker / "__main__.py")]
        return Sandbox.start(command, Mounts(read_only=read_only), Limits())


def _ending(process: Sandbox | UnsafeProcess) -> Broken:
    """Why a worker is gone."""
    ending = process.wait(REAP_TIMEOUT_S)
    if ending is None:
        return Broken(Status.PROTOCOL, "closed the grader's pipe")
    reason = ending.reason
    if reason == "not started":
        raise RuntimeError(ending.detail)
    if reason == "too much output":
        return Broken(Status.TOO_MUCH_OUTPUT, _TOO_MUCH_OUTPUT)
    status = {
        "processor time": Status.TIMEOUT,
        "memory": Status.MEMORY,
    }.get(reason, Status.CRASHED)
    detail = ending.detail or reason
    return Broken(status, Message("ended its process ({detail})", detail=detail))


def _run_cell(channel: Channel, cell: SubmittedCell) -> CellError | None:
    """Run one cell. Raises ProtocolError for an answer that no cell can have."""
    try:
        answer = channel.ask(["cell", [cell.source]], _nothing, _unknown)
    except StudentError as error:
        raise ProtocolError("an error of unknown form") from error
    return None if answer is None else _cell_error(cell, answer)


def _cell_error(cell: SubmittedCell, error: object) -> CellError:
    if not isinstance(error, dict) or not all(
        isinstance(error.get(key), str) for key in ("kind", "message")
    ):
        raise ProtocolError("an error of unknown form")
    return CellError(cell, error["kind"][:100], error["message"][:2000])


def _nothing(value: object) -> None:
    return None


def _unknown(key: str, value: object) -> object:
    raise ProtocolError("a value of unknown form")
