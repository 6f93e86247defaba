"""Messages between two processes of one machine: each in a frame, its length before it."""

from __future__ import annotations

import os
import struct

_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 20


def own_pipes() -> tuple[int, int]:
    """Standard input and output for messages alone: what else is printed goes to the errors."""
    questions, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return questions, answers


def send(descriptor: int, content: bytes) -> None:
    """Write one message, however long. Raises BrokenPipeError if nobody will read it."""
    data = memoryview(_LENGTH.pack(len(content)) + content)
    while data:
        data = data[os.write(descriptor, data) :]


class Inbox:
    """The messages that come through one end of a pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._received = bytearray()

    def take(self) -> list[bytes] | None:
        """Read once, and return the messages that are whole; None at the end of the pipe."""
        if not self._read():
            return None
        whole = []
        while (message := self._next()) is not None:
            whole.append(message)
        return whole

    def wait(self) -> bytes | None:
        """The next message, as soon as it is there; None at the end of the pipe."""
        while (message := self._next()) is None:
            if not self._read():
                return None
        return message

    def _read(self) -> bool:
        """Wait for some bytes and take them; False at the end of the pipe."""
        chunk = os.read(self._descriptor, _CHUNK)
        self._received += chunk
        return bool(chunk)

    def _next(self) -> bytes | None:
        if len(self._received) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._received)
        end = _LENGTH.size + length
        if len(self._received) < end:
            return None
        message = bytes(self._received[_LENGTH.size : end])
        del self._received[:end]
        return message
