"""What a student's code prints while it is called many times: the first lines, and their number."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO

#: A check or a training calls a function hundreds of times: nobody wants to read all it prints.
MAX_LINES = 20
#: A line without an end is cut here.
MAX_CHARACTERS = 2_000


@contextmanager
def few_printed_lines() -> Iterator[None]:
    """Within it, only the first 20 lines that are printed are shown; then how many were not.

    One within another changes nothing: the outer one counts all lines.
    """
    if isinstance(sys.stdout, _FirstLines):
        yield
        return
    lines = _FirstLines(sys.stdout)
    try:
        with redirect_stdout(lines):
            yield
    finally:
        lines.report()


def unlimited() -> TextIO:
    """Where the course itself prints a sentence, however much the student's code has printed."""
    return sys.stdout.stream if isinstance(sys.stdout, _FirstLines) else sys.stdout


class _FirstLines(io.TextIOBase):
    """Passes the first lines on to another stream and counts the others."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._lines = 0
        self._characters = 0
        self._hidden = False

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        for line in text.splitlines(keepends=True):
            room = MAX_LINES * MAX_CHARACTERS - self._characters
            if self._lines < MAX_LINES and room > 0:
                self.stream.write(line[:room])
            else:
                self._hidden = True
            self._characters += len(line)
            self._lines += line.endswith("\n")
        return len(text)

    def flush(self) -> None:
        self.stream.flush()

    def report(self) -> None:
        """Say how much was not shown, if anything."""
        if self._hidden:
            more = f"{self._lines - MAX_LINES:,}" if self._lines > MAX_LINES else "many"
            self.stream.write(f"... and {more} more lines printed by your code.\n")
