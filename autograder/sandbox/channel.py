"""The grader's end of the pipe: asks, waits within limits, and reads exactly what is due."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograder.worker.interface import NotSolved, StudentError
from autograder.worker.protocol import (
    READ_CHUNK,
    Frame,
    FrameReader,
    Kind,
    ProtocolError,
    decode,
    encode,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograder.sandbox.launcher import Sandbox, UnsafeProcess

#: Seconds between two looks at the processor time of a worker that has not answered yet.
POLL_INTERVAL_S = 0.1
#: A worker that owes an answer, uses no processor time for so long and does not wait for a core
#: either, sleeps. (On a core that others keep busy, Linux has let a worker wait for 20 s.)
IDLE_AFTER_S = 5.0
#: Seconds of such sleep that one question may last.
SLEEP_SECONDS = 30.0


class WorkerEnded(Exception):
    """The worker closed the pipe: it ended, or was ended."""


class OutOfTime(Exception):
    """The student's code used up its processor time, slept, or met the wall clock's backstop."""


class TooMuchOutput(Exception):
    """The student's code printed more than allowed."""


@dataclass(frozen=True)
class TimeLimit:
    """Processor time decides; wall time is only the backstop against sleeping."""

    processor_seconds: float
    wall_seconds: float

    @classmethod
    def of(cls, processor_seconds: float) -> TimeLimit:
        """A limit whose backstop leaves a loaded machine room."""
        return cls(processor_seconds, 20 * processor_seconds + 60)


class Budget:
    """What one submission may use in all, however often its worker is started again.

    Sleep is counted by itself, so that a submission that sleeps does not hold up a class until
    the backstop of wall time, which has to leave room for a machine that is loaded.
    """

    def __init__(self, processor_seconds: float, wall_seconds: float, sleep_seconds: float) -> None:
        self.processor_seconds = processor_seconds
        self.sleep_seconds = sleep_seconds
        self.end_of_wall_time = time.monotonic() + wall_seconds

    def exhausted(self, processor_seconds: float) -> bool:
        """Whether nothing is left, for a worker that has used so much of the processor."""
        return (
            processor_seconds > self.processor_seconds
            or self.sleep_seconds < 0
            or time.monotonic() > self.end_of_wall_time
        )


class Channel:
    """One question, one answer, in order; anything else is a protocol error."""

    def __init__(self, sandbox: Sandbox | UnsafeProcess, budget: Budget) -> None:
        """budget: what is left for this worker; its sleep is taken off."""
        self.sandbox = sandbox
        self.budget = budget
        self._sequence = 0
        self._frames = FrameReader(self._wait)
        self.failure: Exception | None = None  # what broke the channel
        self._poll = select.poll()
        self._poll.register(sandbox.reply_fd, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sandbox.request_fd, select.POLLOUT)
        os.set_blocking(sandbox.request_fd, False)
        # A worker may open its end of the pipe anew, for reading, and take away what was there.
        os.set_blocking(sandbox.reply_fd, False)
        self._deadline: tuple[float, float] = (float("inf"), float("inf"))
        self._next_check = 0.0
        self._last_check = time.monotonic()
        self._processor_seconds = 0.0  # processor time when it last grew
        self._idle_seconds = 0.0  # seconds since then, in this question

    @contextmanager
    def limit(self, limit: TimeLimit) -> Iterator[None]:
        """Everything asked inside shares this limit. Raises OutOfTime when it is used up."""
        before = self._deadline
        used = self.sandbox.processor_seconds()
        now = time.monotonic()
        self._deadline = (
            min(before[0], used + limit.processor_seconds),
            min(before[1], now + limit.wall_seconds),
        )
        self._next_check = now + POLL_INTERVAL_S
        self._last_check, self._processor_seconds, self._idle_seconds = now, used, 0.0
        try:
            yield
        finally:
            self._deadline = before

    def ask(
        self,
        value: Any,
        to_tree: Callable[[Any], Any | None],
        from_tree: Callable[[str, Any], Any],
    ) -> Any:
        """Ask a general question and return the plain answer.

        Raises StudentError, ProtocolError, WorkerEnded, OutOfTime or TooMuchOutput.
        """
        frame = self._exchange(Kind.REQUEST, *encode(value, to_tree))
        answer = decode(frame.json, frame.arrays, from_tree)
        if frame.kind is Kind.ERROR:
            raise _student_error(answer)
        if frame.kind is not Kind.REPLY:
            raise ProtocolError("an answer to another question")
        return answer

    def step(self, request: bytes, reply_size: int) -> bytes | bytearray:
        """Ask for an agent's step; the reply has exactly this size."""
        frame = self._exchange(Kind.STEP, b"", request)
        if frame.kind is Kind.ERROR:
            raise _student_error(decode(frame.json, frame.arrays, _no_objects))
        if frame.kind is not Kind.ACTIONS or frame.json or len(frame.arrays) != reply_size:
            raise ProtocolError("an answer of the wrong size")
        return frame.arrays

    def _exchange(self, kind: Kind, text: bytes, arrays: bytes) -> Frame:
        """One frame there, one back. What broke the channel once is raised again ever after.

        Whoever cleans up after the first failure (the training loop puts the best weights back)
        would otherwise meet the rest of an answer, and report another failure than the one.
        """
        if self.failure is not None:
            raise self.failure
        try:
            return self._ask_and_wait(kind, text, arrays)
        except (ProtocolError, WorkerEnded, OutOfTime, TooMuchOutput) as failure:
            self.failure = failure
            raise

    def _ask_and_wait(self, kind: Kind, text: bytes, arrays: bytes) -> Frame:
        if self._frames.holds_more:
            raise ProtocolError("an answer before the question")
        unasked = self._receive() if self._poll.poll(0) else None
        if unasked is not None:
            raise ProtocolError("an answer before the question") if unasked else WorkerEnded
        self._sequence = (self._sequence + 1) & 0xFFFFFFFF
        self._write(Frame(self._sequence, kind, text, arrays).encoded())
        frame = self._frames.read()
        if frame.sequence != self._sequence:
            raise ProtocolError("an answer out of turn")
        return frame

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.sandbox.request_fd, view) :]
            except BlockingIOError:
                self._writable.poll(1000 * POLL_INTERVAL_S)
                self._enforce_limits()
            except BrokenPipeError as error:
                raise WorkerEnded from error

    def _wait(self) -> bytes:
        """The next bytes of an answer, at least one."""
        while True:
            if not self._poll.poll(1000 * POLL_INTERVAL_S):
                self._enforce_limits()
                continue
            if time.monotonic() > self._next_check:
                self._enforce_limits()
            chunk = self._receive()
            if chunk is None:
                continue
            if not chunk:
                raise WorkerEnded
            return chunk

    def _receive(self) -> bytes | None:
        """What is there of the next bytes, empty at the end of the file; None if they are gone."""
        try:
            return os.read(self.sandbox.reply_fd, READ_CHUNK)
        except BlockingIOError:
            return None

    def _enforce_limits(self) -> None:
        """Enforce the limits; cheap enough to do ten times a second."""
        now = time.monotonic()
        self._next_check = now + POLL_INTERVAL_S
        if self.sandbox.exceeded_output():
            raise TooMuchOutput
        used = self.sandbox.processor_seconds()
        self._count_sleep(now, used)
        if self._idle_seconds > SLEEP_SECONDS:
            raise OutOfTime(f"slept for {SLEEP_SECONDS:.0f} seconds instead of answering")
        if self.budget.exhausted(used):
            raise OutOfTime("used up all the time that one submission has")
        if used > self._deadline[0] or now > self._deadline[1]:
            raise OutOfTime

    def _count_sleep(self, now: float, used: float) -> None:
        """Count the time in which the worker should have answered and did nothing."""
        passed = min(now - self._last_check, 1.0)  # a grader that was stopped has not looked
        self._last_check = now
        if used > self._processor_seconds:
            self._processor_seconds, self._idle_seconds = used, 0.0
            return
        if self.sandbox.is_runnable():
            return  # it waits for a core: a loaded machine changes no mark
        self._idle_seconds += passed
        if self._idle_seconds > IDLE_AFTER_S:
            self.budget.sleep_seconds -= passed


def _no_objects(key: str, value: Any) -> Any:
    raise ProtocolError("a value of unknown form")


def _student_error(answer: Any) -> StudentError:
    if type(answer) is not dict:
        raise ProtocolError("an error of unknown form")
    texts = [answer.get(name) for name in ("kind", "message", "where")]
    if any(type(text) is not str for text in texts):
        raise ProtocolError("an error of unknown form")
    kind, message, where = (str(text)[:2000] for text in texts)
    error = NotSolved if answer.get("not_solved") is True else StudentError
    return error(kind, message, where)
