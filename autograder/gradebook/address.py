"""Where a course's marks are: a database, and the course's id in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

#: What nbgrader calls a course without an id.
NO_NAME = "default_course"


@dataclass(frozen=True)
class Address:
    """The SQLAlchemy address of a gradebook, and the id of the course in it."""

    url: str
    course_id: str = NO_NAME

    @classmethod
    def of(cls, coursedir: CourseDirectory) -> Address:
        """The gradebook that nbgrader's configuration names."""
        return cls(str(coursedir.db_url), str(coursedir.course_id) or NO_NAME)

    @property
    def exists(self) -> bool:
        """Whether the gradebook is there; only a file can be told to be missing."""
        url = sqlalchemy.engine.make_url(self.url)
        return not url.drivername.startswith("sqlite") or Path(url.database or "").is_file()

    def open(self) -> Gradebook:
        """nbgrader's gradebook, to be used in a `with` statement."""
        return Gradebook(self.url, self.course_id)
