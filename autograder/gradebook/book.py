"""nbgrader, driven by `autograder grade`: marks into its gradebook, feedback pages out of it."""

from __future__ import annotations

import logging
import re
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import sqlalchemy
from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log, temp_attrs
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from traitlets.config import Config

from autograder.course import Course, CourseError
from autograder.gradebook.register import register
from autograder.gradebook.scores import holds, leave_ungraded
from autograder.grading.batch import GradedSubmission
from autograder.grading.hand_ins import is_student_id
from autograder.rendering.text import plain
from autograder.results import Status
from autograder.units import Unit

_KEY_OF_PAGE = re.compile(r'<meta content="([0-9a-f]*)" name="autograder-result"')
#: The page's head with its key is in the first part of the file.
_PAGE_HEAD = 4_000
#: The last line of a traceback, but for nbgrader's own, which only points to it.
_EXCEPTION = re.compile(
    r"^(?!.*NbGraderException)[\w.]+(?:Error|Exception|Entry|Notebook): .*$", re.MULTILINE
)
_LATEST_ERROR = 400

Watch = Callable[[str], None]


@dataclass(frozen=True)
class Book:
    """A course's gradebook and nbgrader's way to it. One process writes at a time."""

    course: Course
    app: NbGrader
    coursedir: CourseDirectory

    @classmethod
    def open(cls, course: Course, sandboxed: bool = True) -> Book:
        """Open the gradebook that nbgrader's configuration names; create it if there is none.

        Raises CourseError if it cannot be written.
        """
        app = NbGrader()
        app.load_cwd_config = False
        app.log_level = logging.CRITICAL
        app.initialize([], root=str(course.root))
        app.update_config(Config({"SubmissionExporter": {"sandboxed": sandboxed}}))
        book = cls(course, app, app.coursedir)
        with book._writing("Nothing was graded."), Gradebook(book.url) as gradebook:
            # A write that changes nothing: fails at once where the marks could not be written.
            gradebook.db.execute(sqlalchemy.text("UPDATE course SET id = id"))
            gradebook.db.commit()
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
        with Gradebook(self.url) as gradebook:
            return [str(student.id) for student in gradebook.students]

    def save(
        self, unit: Unit, graded: Mapping[str, GradedSubmission], watch: Watch
    ) -> dict[str, str]:
        """Put a class's results into the gradebook through nbgrader's own autograding.

        watch: called with each student done. Returns what went wrong, by student. Raises
        CourseError if the gradebook fails.
        """
        failed: dict[str, str] = {}
        with self._writing("The results are kept: grade again and they are only written."):
            register(self.course, unit, self.url)
            for student, submission in graded.items():
                error = self._save(student, unit, submission)
                if error:
                    failed[student] = error
                watch(student)
        return failed

    def feedback(
        self, unit: Unit, graded: Mapping[str, GradedSubmission], watch: Watch
    ) -> dict[str, Path]:
        """Write the feedback pages that are missing or old; every student's page."""
        for student, submission in graded.items():
            if (
                submission.key
                and self._autograded_key(student, unit) == submission.key
                and _key_of(self._page(student, unit)) != submission.key
            ):
                self._convert(GenerateFeedback, student, unit)
            watch(student)
        return self.pages(unit, graded)

    def pages(self, unit: Unit, graded: Mapping[str, GradedSubmission]) -> dict[str, Path]:
        """The feedback pages that show these very results, by student."""
        found = {student: self._page(student, unit) for student in graded}
        return {
            student: page
            for student, page in found.items()
            if graded[student].key and _key_of(page) == graded[student].key
        }

    def _save(self, student: str, unit: Unit, submission: GradedSubmission) -> str | None:
        """Write one student's marks; None if that went well."""
        if not submission.key:
            if submission.result.status is Status.MISSING and is_student_id(student):
                with Gradebook(self.url) as gradebook:
                    gradebook.update_or_create_student(student)
            return None
        if submission.result.status is Status.GRADER_ERROR:
            leave_ungraded(self.url, student, unit.assignment, unit.name)
            autograded = self._path(self.coursedir.autograded_directory, student, unit)
            shutil.rmtree(autograded.parent, ignore_errors=True)
            return None
        if self._autograded_key(student, unit) == submission.key and holds(
            self.url, student, unit.assignment, submission.result
        ):
            return None
        return self._convert(Autograde, student, unit)

    def _convert(self, kind: type[Any], student: str, unit: Unit) -> str | None:
        """Run one of nbgrader's converters for one student; None if that went well."""
        names = {"assignment_id": unit.assignment, "student_id": student, "notebook_id": "*"}
        with temp_attrs(self.coursedir, **names):
            converter = kind(coursedir=self.coursedir, parent=self.app)
            converter.force = True
            level = self.app.log.level
            self.app.log.setLevel(logging.ERROR)
            try:
                with warnings.catch_warnings():
                    # nbgrader's own way to add a submission; harmless, and long.
                    warnings.simplefilter("ignore", SAWarning)
                    done = capture_log(converter)
            finally:
                self.app.log.setLevel(level)
        if done["success"]:
            return None
        log = str(done.get("log") or done.get("error"))
        if "OperationalError" in log:
            raise SQLAlchemyError(_last_error(log))
        return _last_error(log)

    def _autograded_key(self, student: str, unit: Unit) -> str | None:
        """The key of the result that nbgrader's autograded notebook shows."""
        path = self._path(self.coursedir.autograded_directory, student, unit)
        try:
            notebook = nbformat.read(path, as_version=4)
            key = notebook.metadata["autograder"]["result"]
        except (OSError, ValueError, KeyError, nbformat.ValidationError):
            return None
        return str(key)

    def _page(self, student: str, unit: Unit) -> Path:
        return self._path(self.coursedir.feedback_directory, student, unit, ".html")

    def _path(self, step: str, student: str, unit: Unit, suffix: str = ".ipynb") -> Path:
        folder = self.coursedir.format_path(step, student, unit.assignment)
        return Path(folder) / f"{unit.name}{suffix}"

    @contextmanager
    def _writing(self, otherwise: str) -> Iterator[None]:
        """Turn the database's errors into one clear line."""
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            cause = plain(str(getattr(error, "orig", None) or error), _LATEST_ERROR)
            raise CourseError(
                f"The gradebook {self.shown_url} cannot be written: {cause}. {otherwise}"
            ) from error


def _key_of(page: Path) -> str | None:
    """The key of the result that a feedback page shows."""
    try:
        with page.open(encoding="utf-8") as file:
            found = _KEY_OF_PAGE.search(file.read(_PAGE_HEAD))
    except (OSError, ValueError):
        return None
    return found.group(1) if found else None


def _last_error(log: str) -> str:
    """The exception that ended a conversion, out of nbgrader's log."""
    found = _EXCEPTION.findall(log)
    return plain(found[-1] if found else log.strip()[-_LATEST_ERROR:], _LATEST_ERROR)
