"""What a worker prints: kept up to a cap, never blocking it, never growing the grader."""

from __future__ import annotations

import os
import threading

CHUNK = 65536


class Output:
    """Drains the read end of a pipe that holds stdout and stderr."""

    def __init__(self, descriptor: int, limit: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self._limit = limit
        self._kept = bytearray()
        self._lock = threading.Lock()
        self.exceeded = False

    def drain(self) -> bool:
        """Take what is there, a limited number of bytes at once; False at the end of the file."""
        for _ in range(16):  # then let the caller look at its other duties
            try:
                chunk = os.read(self.descriptor, CHUNK)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            with self._lock:
                room = self._limit - len(self._kept)
                self._kept += chunk[:room]
                self.exceeded = self.exceeded or len(chunk) > room
        return True

    def text(self) -> str:
        """What was kept; bytes that are not UTF-8 are replaced."""
        with self._lock:
            return self._kept.decode("utf-8", errors="replace")
