"""Which files for learning management systems are older than the marks and pages they hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.gradebook.lms.export import FORMATS


def old_exports(reports: Path, pages: Iterable[Path]) -> dict[str, str]:
    """By system, a file in a unit's folder of `reports/` that is older than what it was made from.

    pages: the feedback pages. marks.csv is only written when something in it changes.
    """
    marks = _time(reports / "marks.csv")
    newest_page = max(map(_time, pages), default=0)
    old: dict[str, str] = {}
    for system, (table, _) in FORMATS.items():
        for name, time in ((table, marks), (f"feedback-{system}.zip", newest_page)):
            if 0 < _time(reports / name) < time:
                old.setdefault(system, name)
    return old


def _time(path: Path) -> int:
    """When a file was written; 0 if it is not there."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
