"""`CourseDirectory.groupshared`: what one instructor writes, the others can read and replace."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_FOLDER, _FILE = 0o2770, 0o660


def let_group_write() -> None:
    """Let the group read and replace what this process writes from now on."""
    os.umask(os.umask(0o077) & ~0o070)


def share_with_group(trees: Iterable[Path]) -> None:
    """Open what is ours in these trees to the group, and keep it closed to everybody else."""
    for tree in trees:
        if not tree.is_symlink():
            _open(tree)
        for place, folders, files in os.walk(tree):
            for name in (*folders, *files):
                _open(Path(place, name))


def _open(path: Path) -> None:
    if path.is_symlink() or not path.exists() or path.stat().st_uid != os.geteuid():
        return
    mode = path.stat().st_mode & 0o7777
    wanted = mode | (_FOLDER if path.is_dir() else _FILE)
    if mode != wanted:
        path.chmod(wanted)
