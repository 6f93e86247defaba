"""nbgrader, driven by `autograder grade`: marks into its gradebook, feedback pages out of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy
from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from autograder.course import MARKER, Course, CourseError
from autograder.gradebook.final_mark import FinalMark
from autograder.gradebook.final_marks import final_marks
from autograder.gradebook.held import Held, held
from autograder.gradebook.locks import creating_gradebook
from autograder.gradebook.marks import Entry, enter
from autograder.gradebook.pages import key_of_page
from autograder.gradebook.register import register
from autograder.gradebook.scores import leave_ungraded
from autograder.gradebook.sharing import let_group_write, share_with_group
from autograder.grading.batch import GradedSubmission
from autograder.rendering.text import plain
from autograder.units import Unit

#: An error is told in so many characters.
LONGEST_ERROR = 400
_KEPT = "The results are kept: grade again and they are only written."


@dataclass(frozen=True)
class Book:
    """A course's gradebook and nbgrader's way to it. One process writes at a time."""

    course: Course
    app: NbGrader
    coursedir: CourseDirectory

    @classmethod
    def open(cls, course: Course, sandboxed: bool = True) -> Book:
        """Open the gradebook that nbgrader's configuration names; create it if there is none.

        Raises CourseError if it cannot be written, or if the configuration cannot be loaded.
        """
        app = NbGrader()
        app.load_cwd_config = False
        app.log_level = logging.CRITICAL
        app.initialize([], root=str(course.root))
        exporter = str(app.config.Autograde.get("exporter_class", ""))
        if "SubmissionExporter" not in exporter:  # traitlets only logs what is wrong in the file
            raise CourseError(
                f"{MARKER} cannot be loaded, or does not call configure: nbgrader would run the "
                "students' code itself. Nothing was graded. What is wrong: nbgrader --help"
            )
        app.update_config(Config({"SubmissionExporter": {"sandboxed": sandboxed}}))
        book = cls(course, app, app.coursedir)
        if book.coursedir.groupshared:
            let_group_write()
        with book._writing("Nothing was graded."), creating_gradebook(course):
            with book._gradebook() as gradebook:
                # A write that changes nothing: fails at once where marks could not be written.
                gradebook.db.execute(sqlalchemy.text("UPDATE course SET id = id"))
                gradebook.db.commit()
            book.share()
        return book

    @property
    def url(self) -> str:
        """The gradebook's SQLAlchemy address."""
        return str(self.coursedir.db_url)

    @property
    def shown_url(self) -> str:
        """The address without a password in it."""
        return sqlalchemy.engine.make_url(self.url).render_as_string(hide_password=True)

    def students(self) -> list[str]:
        """The ids of the students that the gradebook knows."""
        with self._writing("Nothing was graded."), self._gradebook() as gradebook:
            return [str(student.id) for student in gradebook.students]

    def marks(self, unit: Unit) -> dict[str, FinalMark]:
        """The final marks of everybody whose submission the gradebook has, by student."""
        with self._writing("The marks cannot be shown."), self._gradebook() as gradebook:
            return final_marks(gradebook, unit.assignment, unit.name)

    def held(self, unit: Unit) -> dict[str, Held]:
        """What the gradebook has of everybody's submission already, by student."""
        with self._writing("Nothing was graded."), self._gradebook() as gradebook:
            register(self.course, unit, self.url)
            return held(gradebook, unit.assignment, unit.name)

    def enter(self, unit: Unit, entries: Mapping[str, Entry]) -> dict[str, FinalMark]:
        """Put several students' marks into the gradebook, and return what counts then.

        All of them or, with CourseError, none.
        """
        with self._writing(_KEPT), self._gradebook() as gradebook:
            enter(gradebook, unit, entries, self.app)
            return final_marks(gradebook, unit.assignment, unit.name, entries)

    def add_student(self, student: str) -> None:
        """Let the gradebook know a student who has handed in nothing."""
        with self._writing(_KEPT), self._gradebook() as gradebook:
            gradebook.update_or_create_student(student)

    def leave_ungraded(self, unit: Unit, student: str) -> None:
        """Take back what the gradebook has of a submission that could not be graded."""
        with self._writing(_KEPT):
            leave_ungraded(self.url, student, unit.assignment, unit.name)

    def pages(self, unit: Unit, graded: Mapping[str, GradedSubmission]) -> dict[str, Path]:
        """The feedback pages that show these very results and marks, by student."""
        pages = {}
        for student, mark in self.marks(unit).items():
            page = self._page(student, unit)
            key = graded[student].key if student in graded else ""
            if key and key_of_page(page) == mark.page_key(key):
                pages[student] = page
        return pages

    def old_pages(self, unit: Unit, graded: Mapping[str, GradedSubmission]) -> int:
        """How many feedback pages show other results or marks than these."""
        current = self.pages(unit, graded)
        return sum(
            student not in current and self._page(student, unit).exists() for student in graded
        )

    def share(self) -> None:
        """In a course of several instructors, let the group use what this one has written."""
        if self.coursedir.groupshared:
            root = self.course.root
            share_with_group((root / ".autograder", root / "reports", root / "gradebook.db"))

    def _page(self, student: str, unit: Unit) -> Path:
        return self._path(self.coursedir.feedback_directory, student, unit, ".html")

    def _path(self, step: str, student: str, unit: Unit, suffix: str = ".ipynb") -> Path:
        return self._folder(step, student, unit) / f"{unit.name}{suffix}"

    def _folder(self, step: str, student: str, unit: Unit) -> Path:
        return Path(self.coursedir.format_path(step, student, unit.assignment))

    def _gradebook(self) -> Gradebook:
        return Gradebook(self.url, self.coursedir.course_id)

    @contextmanager
    def _writing(self, otherwise: str) -> Iterator[None]:
        """Turn the database's errors into one clear line."""
        try:
            yield
        except (SQLAlchemyError, OSError, ImportError) as error:
            cause = plain(str(getattr(error, "orig", None) or error), LONGEST_ERROR)
            raise CourseError(
                f"The gradebook {self.shown_url} cannot be written: {cause}. {otherwise}"
            ) from error
