"""A virtual display (Xvfb) that lives no longer than the process that started it."""

from __future__ import annotations

import select
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

SECONDS_TO_START = 20
#: Xvfb writes its number to descriptor 3. The shell waits for the end of its input, which comes
#: when nobody holds the other end of the pipe any more, and ends Xvfb then.
_KEEPER = """
Xvfb -displayfd 3 -screen 0 1400x900x24 -br -nolisten tcp 3>&1 >/dev/null 2>&1 &
exec >/dev/null
read -r _
kill $!
"""


@dataclass(frozen=True)
class VirtualDisplay:
    """A running Xvfb. name: what `DISPLAY` has to be for it.

    The kernel closes a pipe when its process ends, even if it is killed: so nothing has to be done
    at the end. A group of its own keeps Xvfb from what interrupts a notebook's cell.
    """

    name: str
    _keeper: subprocess.Popen[Any]

    @classmethod
    def start(cls) -> VirtualDisplay | None:
        """A new display, or None if Xvfb is not installed or does not start."""
        if shutil.which("Xvfb") is None:
            return None
        try:
            keeper = subprocess.Popen(
                ["sh", "-c", _KEEPER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:  # no further process is allowed here
            return None
        assert keeper.stdout is not None
        with keeper.stdout as number:
            ready, _, _ = select.select([number], [], [], SECONDS_TO_START)
            display = cls(f":{number.readline().decode().strip() if ready else ''}", keeper)
        if display.name == ":":
            display.close()
            return None
        return display

    def close(self) -> None:
        """End it now."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        self._keeper.wait()
