"""Which files of a course other users of the machine can read: solutions, marks, students' work."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from autograder.course import Course

#: What nobody but the instructors may see, as far as it is there.
_NAMES = """
solutions demo tests .git
.autograder gradebook.db submitted autograded feedback reports downloaded
"""
PRIVATE = tuple(_NAMES.split())


def open_to_others(course: Course) -> list[str]:
    """The names of private files and folders that everybody on this machine can reach."""
    root = course.root.resolve()
    if not all(_lets_through(folder) for folder in (root, *root.parents)):
        return []
    return [name for name in PRIVATE if _is_open(root / name)]


def advice(names: list[str]) -> str:
    """One line that says what is open and how to close it."""
    listed = ", ".join(names)
    return f"Other users of this machine can read {listed}. Run: chmod o= {' '.join(names)}"


def _lets_through(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def _is_open(path: Path) -> bool:
    """Whether others may list a folder or pass through it, or read or change a file."""
    if not os.path.lexists(path) or path.is_symlink():
        return False
    mode = path.stat().st_mode
    return bool(mode & (stat.S_IRWXO if path.is_dir() else stat.S_IROTH | stat.S_IWOTH))
