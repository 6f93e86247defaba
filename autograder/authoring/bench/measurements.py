"""What was measured, kept in a file, so that an interrupted benchmark goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import autograder
import helpers
from autograder.grading.whole_file import write_whole

#: Numbers by their names.
Measured = dict[str, Any]


class Measurements:
    """Measurements by their names. Those of another version of the code do not count."""

    def __init__(self, path: Path) -> None:
        """path: a JSON file; it need not exist."""
        self._path = path
        self._code = code_version()
        self._kept: dict[str, Measured] = self._read()

    def get(self, name: str, measure: Callable[[], Measured]) -> Measured:
        """What was measured under this name; it is measured now if it never was."""
        if name not in self._kept:
            self._kept[name] = measure()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"code": self._code, "measured": self._kept}, indent=1)
            write_whole(self._path, text, 0o644)
        return self._kept[name]

    def _read(self) -> dict[str, Measured]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except OSError:
            return {}
        return dict(kept["measured"]) if kept["code"] == self._code else {}


def code_version() -> str:
    """A digest of the course's Python code."""
    digest = hashlib.sha256()
    for package in (autograder, helpers):
        assert package.__file__ is not None
        for path in sorted(Path(package.__file__).parent.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
