"""What nbgrader may take from a student's submission folder: the notebook, and nothing else.

nbgrader copies whatever else lies there, following links, and reads `timestamp.txt` whatever it
is. It asks its course directory which files to leave out and when a submission was handed in; the
course directory here gives harmless answers, for submissions only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from autograder.grading.timestamps import NotATime, handed_in_at


class SubmissionsAsData(CourseDirectory):
    """nbgrader's course directory, as its autograder sees it: no file beside the notebook.

    counted_folder: where what counts of a submission folder lies; itself where there are no rounds.
    """

    counted_folder: Callable[[Path], Path] = staticmethod(lambda folder: folder)

    @classmethod
    def like(cls, coursedir: CourseDirectory) -> SubmissionsAsData:
        """One with the same settings as `coursedir`, except for what is copied."""
        names = CourseDirectory.class_trait_names(config=True)
        settings = {name: getattr(coursedir, name) for name in names} | {"ignore": ["*"]}
        return cls(parent=coursedir.parent, **settings)

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        """When the submission was handed in; None if its timestamp.txt does not say so."""
        try:
            return handed_in_at(self.counted_folder(Path(dest_path)))
        except NotATime as error:
            self.log.warning("timestamp.txt: %s; taken as handed in on time", error)
            return None
