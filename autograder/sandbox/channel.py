"""The grader's end of the pipe: asks, waits within limits, and reads exactly what is due."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograder.sandbox.protocol import (
    Frame,
    Kind,
    ProtocolError,
    decode,
    encode,
    read_frame,
)
from autograder.student.interface import NotSolved, StudentError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograder.sandbox.launcher import Sandbox, UnsafeProcess

#: Seconds between two looks at the processor time of a worker that has not answered yet.
LOOK_EVERY = 0.1


class WorkerEnded(Exception):
    """The worker closed the pipe: it ended, or was ended."""


class OutOfTime(Exception):
    """The student's code used up its processor time, or the wall clock's backstop."""


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


class Channel:
    """One question, one answer, in order; anything else is a protocol error."""

    def __init__(self, sandbox: Sandbox | UnsafeProcess) -> None:
        self.sandbox = sandbox
        self._sequence = 0
        self._poll = select.poll()
        self._poll.register(sandbox.reply_fd, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sandbox.request_fd, select.POLLOUT)
        os.set_blocking(sandbox.request_fd, False)
        self._end_of_time: tuple[float, float] = (float("inf"), float("inf"))
        self._next_look = 0.0

    @contextmanager
    def limit(self, limit: TimeLimit) -> Iterator[None]:
        """Everything asked inside shares this limit. Raises OutOfTime when it is used up."""
        before = self._end_of_time
        used = self.sandbox.processor_seconds()
        now = time.monotonic()
        self._end_of_time = (
            min(before[0], used + limit.processor_seconds),
            min(before[1], now + limit.wall_seconds),
        )
        self._next_look = now + LOOK_EVERY
        try:
            yield
        finally:
            self._end_of_time = before

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

    def step(self, request: bytes, reply_size: int) -> bytes:
        """Ask for an agent's step; the reply has exactly this size."""
        frame = self._exchange(Kind.STEP, b"", request)
        if frame.kind is Kind.ERROR:
            raise _student_error(decode(frame.json, frame.arrays, _no_objects))
        if frame.kind is not Kind.ACTIONS or frame.json or len(frame.arrays) != reply_size:
            raise ProtocolError("an answer of the wrong size")
        return frame.arrays

    def _exchange(self, kind: Kind, text: bytes, arrays: bytes) -> Frame:
        if self._poll.poll(0):
            if not os.read(self.sandbox.reply_fd, 1):
                raise WorkerEnded
            raise ProtocolError("an answer before the question")
        self._sequence = (self._sequence + 1) & 0xFFFFFFFF
        self._write(Frame(self._sequence, kind, text, arrays).encoded())
        frame = read_frame(self._read)
        if frame.sequence != self._sequence:
            raise ProtocolError("an answer out of turn")
        return frame

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.sandbox.request_fd, view) :]
            except BlockingIOError:
                self._writable.poll(1000 * LOOK_EVERY)
                self._look()
            except BrokenPipeError as error:
                raise WorkerEnded from error

    def _read(self, count: int) -> bytes:
        pieces = []
        while count:
            if not self._poll.poll(1000 * LOOK_EVERY):
                self._look()
                continue
            if time.monotonic() > self._next_look:
                self._look()
            piece = os.read(self.sandbox.reply_fd, min(count, 1 << 20))
            if not piece:
                raise WorkerEnded
            pieces.append(piece)
            count -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _look(self) -> None:
        """Enforce the limits; cheap enough to do ten times a second."""
        now = time.monotonic()
        self._next_look = now + LOOK_EVERY
        if self.sandbox.exceeded_output():
            raise TooMuchOutput
        if self.sandbox.processor_seconds() > self._end_of_time[0] or now > self._end_of_time[1]:
            raise OutOfTime


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
