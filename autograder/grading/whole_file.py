"""Writing a small text file whole or not at all: readers never see a part of it."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Replace a file by one with this text, or leave it with the same time where it has it already.

    Its permissions stay; a new file has those that this process gives. Raises OSError.
    """
    try:
        if path.read_bytes() == text.encode("utf-8"):
            return
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        mode = 0o666 & ~_umask()
    write_whole(path, text, mode)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def write_whole(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace the file by one with this text and these permissions. Raises OSError."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
