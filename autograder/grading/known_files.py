"""Which files were read before, and with which key, so that no file is read twice."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from autograder.course import Course
from autograder.grading.keys import rules_key
from autograder.grading.notebook import InvalidNotebook
from autograder.grading.notebook_file import read_bytes
from autograder.grading.submission import GradingOptions
from autograder.grading.whole_file import replace_text
from autograder.units import Unit


class KnownFiles:
    """The keys of the results of a unit's files, by a digest of their bytes."""

    def __init__(self, unit: Unit, course: Course, options: GradingOptions) -> None:
        """Only what was found out under the same rules is remembered."""
        kind = "" if options.sandboxed else "-unsafe"
        self._path = (
            course.root / ".autograder" / "files" / f"{course.round or unit.assignment}{kind}.json"
        )
        self._rules = rules_key("any", unit, course, options)
        self._known = self._read()
        self._learned: dict[str, str] = {}

    def digest(self, notebook: Path) -> str:
        """A name for a file's bytes, or for the reason why they cannot be read."""
        try:
            content = read_bytes(notebook)
        except InvalidNotebook as error:
            content = f"not read: {error}".encode()
        return hashlib.sha256(content).hexdigest()

    def key(self, digest: str) -> str | None:
        """The key that such a file had; None if it was never seen."""
        return self._learned.get(digest) or self._known.get(digest)

    def learn(self, digest: str, key: str) -> None:
        """Remember the key of such a file."""
        self._learned[digest] = key

    def save(self) -> None:
        """Keep what was learned since this was made, whole or not at all.

        The rest stays, too: a run may have looked at a part of the class only.
        """
        if not self._learned:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        keys = self._read() | self._learned
        replace_text(self._path, json.dumps({"rules": self._rules, "keys": keys}))

    def _read(self) -> dict[str, str]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            keys = kept["keys"] if kept["rules"] == self._rules else {}
            return {str(digest): str(key) for digest, key in keys.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}
