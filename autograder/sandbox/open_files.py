"""Files that a worker with a user id of its own can read, whatever umask they were written with."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from autograder.sandbox.exit_info import SandboxUnavailable
from autograder.sandbox.mounts import Mounts


def with_open_files(mounts: Mounts) -> Mounts:
    """The same mounts, with open copies in place of trees that are closed to other users.

    Raises SandboxUnavailable where the interpreter's own packages are closed.
    """
    _require_open_interpreter()
    opened = {inside: _open_tree(outside) for inside, outside in mounts.read_only.items()}
    return replace(mounts, read_only=opened)


@cache
def _open_tree(tree: Path) -> Path:
    """The tree itself if everybody may read it, or a copy that lives as long as this process."""
    if not any(map(_closed, _everything(tree))):
        return tree
    folder = Path(tempfile.mkdtemp(prefix="autograder-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copied = folder / tree.name
    if tree.is_dir():
        shutil.copytree(tree, copied, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(tree, copied)
    for path in (folder, *_everything(copied)):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return copied


@cache
def _require_open_interpreter() -> None:
    for path in (Path(sys.executable).resolve(), Path(sysconfig.get_path("purelib"))):
        if _closed(path):
            raise SandboxUnavailable(
                f"{path} is closed to other users, and a grader that runs as root starts its "
                "workers as such. Open the environment: chmod -R go+rX " + sys.prefix
            )


def _everything(tree: Path) -> Iterator[Path]:
    if tree.exists():  # what is missing, the launcher reports
        yield tree
    if tree.is_dir():
        yield from (path for path in tree.rglob("*") if "__pycache__" not in path.parts)


def _closed(path: Path) -> bool:
    mode = os.stat(path).st_mode
    return not mode & 0o004 or (path.is_dir() and not mode & 0o001)
