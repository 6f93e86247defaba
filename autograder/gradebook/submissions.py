"""What nbgrader may take from a student's submission folder: the notebook, and nothing else.

nbgrader copies whatever else lies there, following links, and reads `timestamp.txt` whatever it
is. It asks its course directory which files to leave out and when a submission was handed in; the
course directory here gives harmless answers, for submissions only.
"""

from __future__ import annotations

import os
import stat
from datetime import datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

_LONGEST_TIMESTAMP = 100


class SubmissionsAsData(CourseDirectory):
    """nbgrader's course directory, as its autograder sees it: no file beside the notebook."""

    @classmethod
    def like(cls, coursedir: CourseDirectory) -> SubmissionsAsData:
        """One with the same settings as `coursedir`, except for what is copied."""
        names = CourseDirectory.class_trait_names(config=True)
        settings = {name: getattr(coursedir, name) for name in names} | {"ignore": ["*"]}
        return cls(parent=coursedir.parent, **settings)

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        """When the submission was handed in; None if its timestamp.txt does not say so."""
        text = _read_small_file(Path(dest_path) / "timestamp.txt")
        if not text:
            return None
        try:
            return parse_utc(text)  # type: ignore[no-any-return]
        except (ValueError, OverflowError, TypeError, AttributeError):
            self.log.warning("timestamp.txt does not hold a time; taken as handed in on time")
            return None


def _read_small_file(path: Path) -> str | None:
    """A short ordinary file's text; None for links, devices, pipes, long or unreadable files."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LONGEST_TIMESTAMP:
            return None
        return file.read(_LONGEST_TIMESTAMP).decode("utf-8", "replace").strip()
