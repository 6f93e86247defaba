"""Where nbgrader keeps a student's files at each step, and how they are written there."""

from __future__ import annotations

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files

from autograder.gradebook.receipts import copy_receipts
from autograder.grading.hand_ins import HandIn
from autograder.grading.whole_file import write_whole
from autograder.units import Unit


@dataclass(frozen=True)
class Folders:
    """The files of one unit. archive_mode, page_mode: permissions of what is written."""

    coursedir: CourseDirectory
    unit: Unit
    archive_mode: int
    page_mode: int

    @classmethod
    def of(cls, app: NbGrader, unit: Unit) -> Folders:
        """The folders that nbgrader's configuration names."""
        modes = (
            int(str(kind(coursedir=app.coursedir, parent=app).permissions), 8)
            for kind in (Autograde, GenerateFeedback)
        )
        return cls(app.coursedir, unit, *modes)

    def archive(self, student: str) -> Path:
        """The graded notebook."""
        folder = self._folder(self.coursedir.autograded_directory, student)
        return folder / f"{self.unit.name}.ipynb"

    def page(self, student: str) -> Path:
        """The feedback page."""
        folder = self._folder(self.coursedir.feedback_directory, student)
        return folder / f"{self.unit.name}.html"

    def write_archive(self, hand_in: HandIn, text: str) -> None:
        """Write the graded notebook, with the files that the unit brings. Raises OSError."""
        path = self.archive(hand_in.student)
        self._write(path, text, self.archive_mode)
        source = self.coursedir.format_path(
            self.coursedir.source_directory, ".", self.unit.assignment
        )
        for file in find_all_files(source, [*self.coursedir.ignore, "*.ipynb"]):
            copy = path.parent / os.path.relpath(file, source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.unlink(missing_ok=True)
            shutil.copy(file, copy)
            copy.chmod(self.archive_mode)
        copy_receipts(hand_in.folder, path.parent, self.archive_mode)

    def write_page(self, hand_in: HandIn, text: str) -> None:
        """Write the feedback page. Raises OSError."""
        student = hand_in.student
        self._write(self.page(student), text, self.page_mode)
        copy_receipts(self.archive(student).parent, self.page(student).parent, self.page_mode)

    def renew_receipts(self, hand_in: HandIn) -> None:
        """Let the graded notebook and the page lie beside the files of the last handing in."""
        student = hand_in.student
        archive, page = self.archive(student).parent, self.page(student).parent
        copy_receipts(hand_in.folder, archive, self.archive_mode)
        copy_receipts(archive, page, self.page_mode)

    def _folder(self, step: str, student: str) -> Path:
        return Path(self.coursedir.format_path(step, student, self.unit.assignment))

    def _write(self, path: Path, text: str, mode: int) -> None:
        """Write the file, in folders that a group shares if the course says so."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text, mode)
        if self.coursedir.groupshared:
            for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
                with contextlib.suppress(PermissionError):
                    folder.chmod((folder.stat().st_mode | 0o2770) & 0o2777)
