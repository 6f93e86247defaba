"""nbgrader, driven by `autograder grade`: marks into its gradebook, feedback pages out of it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy
from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.apps.baseapp import NbGrader
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory
from nbgrader.utils import temp_attrs
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from autograder.course import MARKER, Course, CourseError
from autograder.gradebook.address import Address
from autograder.gradebook.changes import Change, Marked, change_of
from autograder.gradebook.final_mark import FinalMark
from autograder.gradebook.final_marks import final_marks
from autograder.gradebook.held import Held, held
from autograder.gradebook.locks import creating_gradebook
from autograder.gradebook.marks import Entry, enter
from autograder.gradebook.pages import key_of_page, key_of_result
from autograder.gradebook.register import check_released, register
from autograder.gradebook.scores import leave_ungraded
from autograder.gradebook.sharing import let_group_write, share_with_group
from autograder.grading.batch import GradedSubmission
from autograder.grading.hand_ins import HandIn
from autograder.grading.timestamps import known_time
from autograder.rendering.text import plain
from autograder.units import Unit

#: Where `jupyter lab` shows it on the instructor's own computer.
FORMGRADER = "http://localhost:8888/formgrader"
#: An error is told in so many characters.
LONGEST_ERROR = 400
_CHECK = (
    "Check its address (c.CourseDirectory.db_url in nbgrader_config.py, if set there), that its "
    "server runs or its folder exists, and that no other program locks it."
)
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
        book = cls.configured(course, sandboxed)
        if book.coursedir.groupshared:
            let_group_write()
        with book._writing(f"Nothing was graded. {_CHECK}"), creating_gradebook(course):
            Gradebook(book.address.url).close()  # nbgrader's own steps use a course without a name
            with book._gradebook() as gradebook:
                # A write that changes nothing: fails at once where marks could not be written.
                gradebook.db.execute(sqlalchemy.text("UPDATE course SET id = id"))
                gradebook.db.commit()
            book.share()
        return book

    @classmethod
    def configured(cls, course: Course, sandboxed: bool = True) -> Book:
        """The gradebook that nbgrader's configuration names, not opened yet.

        Raises CourseError if the configuration cannot be loaded.
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
        return cls(course, app, app.coursedir)

    @property
    def exists(self) -> bool:
        """Whether the gradebook is there; only a file can be told to be missing."""
        return self.address.exists

    @property
    def address(self) -> Address:
        """Where the marks are."""
        return Address.of(self.coursedir)

    @property
    def shown_url(self) -> str:
        """The database's address without a password in it."""
        return sqlalchemy.engine.make_url(self.address.url).render_as_string(hide_password=True)

    def students(self) -> list[str]:
        """The ids of the students that the gradebook knows."""
        with self._writing("Nothing was graded."), self._gradebook() as gradebook:
            return [str(student.id) for student in gradebook.students]

    def names(self) -> dict[str, str]:
        """First and last names of the students whose names the gradebook knows, by their ids."""
        with self.opened() as gradebook:
            full = {
                str(one.id): f"{one.first_name or ''} {one.last_name or ''}".strip()
                for one in gradebook.students
            }
        return {student: name for student, name in full.items() if name}

    @property
    def formgrader(self) -> str:
        """The address of the formgrader, for links on the pages about a class."""
        return str(self.app.config.ClassPage.get("formgrader", FORMGRADER))

    def check(self, unit: Unit) -> None:
        """Make sure, before anybody is graded, that the gradebook can take the marks of a unit.

        Raises CourseError if it cannot, or if the released notebook is out of date.
        """
        with self._writing("Nothing was graded."):
            check_released(self.course, unit, self.address)

    def marks(self, unit: Unit) -> dict[str, FinalMark]:
        """The final marks of everybody whose submission the gradebook has, by student."""
        with self._writing("The marks cannot be shown."), self._gradebook() as gradebook:
            return final_marks(gradebook, unit.assignment, unit.name)

    @contextmanager
    def opened(self) -> Iterator[Gradebook]:
        """nbgrader's gradebook, to be read. Raises CourseError if it cannot be."""
        with self._writing("It cannot be read."), self._gradebook() as gradebook:
            yield gradebook

    def changes(
        self,
        unit: Unit,
        graded: Mapping[str, GradedSubmission],
        counting: Mapping[str, HandIn],
    ) -> list[Change]:
        """The marks in the gradebook that these results will change, by student.

        counting: what they are the results of.
        """
        changes = []
        marks = self.marks(unit)
        for student, submission in graded.items():
            mark = marks.get(student)
            if submission.key and mark is not None:
                time = known_time(counting[student].folder)
                marked = Marked(mark, self._autograded_key(student, unit), time)
                change = change_of(self.app, student, submission, marked)
                changes += [] if change is None else [change]
        return changes

    def count(self, unit: Unit, students: Collection[str]) -> int:
        """How many of these students have a submission of the unit in the gradebook."""
        return len(self.marks(unit).keys() & set(students))

    def held(self, unit: Unit) -> dict[str, Held]:
        """What the gradebook has of everybody's submission already, by student.

        From then on it can take the marks of the unit.
        """
        with self._writing("Nothing was written."):
            register(self.course, unit, self.address)
            with self._gradebook() as gradebook:
                return held(gradebook, unit.assignment, unit.name)

    def enter(self, unit: Unit, entries: Mapping[str, Entry]) -> dict[str, FinalMark]:
        """Put several students' marks into the gradebook, and return what counts then.

        All of them or, with CourseError, none.
        """
        with self._writing(_KEPT), self._gradebook() as gradebook:
            _enrol(gradebook, entries)
            enter(gradebook, unit, entries, self.app)
            return final_marks(gradebook, unit.assignment, unit.name, entries)

    def add_student(self, student: str) -> None:
        """Add a student without a submission to the gradebook."""
        with self._writing(_KEPT), self._gradebook() as gradebook:
            gradebook.update_or_create_student(student)

    def leave_ungraded(self, unit: Unit, student: str) -> None:
        """Take back what the gradebook has of a submission that could not be graded."""
        with self._writing(_KEPT):
            leave_ungraded(self.address, student, unit.assignment, unit.name)

    def pages(
        self, unit: Unit, graded: Mapping[str, GradedSubmission], marks: Mapping[str, FinalMark]
    ) -> dict[str, Path]:
        """The feedback pages that show these very results and marks, by student."""
        pages = {}
        for student, mark in marks.items():
            page = self.page(student, unit)
            key = graded[student].key if student in graded else ""
            if key and key_of_page(page) == mark.page_key(key):
                pages[student] = page
        return pages

    def old_pages(self, unit: Unit, graded: Mapping[str, GradedSubmission]) -> int:
        """How many feedback pages show other results or marks than these."""
        current = self.pages(unit, graded, self.marks(unit))
        return sum(
            student not in current and self.page(student, unit).exists() for student in graded
        )

    def collect(self, unit: Unit) -> None:
        """Take what is new out of the exchange, as `nbgrader collect --update` does.

        Raises CourseError if the exchange cannot be read, or has something that may not be taken.
        """
        with (
            self._writing(f"{unit.name} was not collected."),
            temp_attrs(self.app.coursedir, assignment_id=unit.assignment, student_id="*"),
        ):
            factory = ExchangeFactory(config=self.app.config, parent=self.app)
            authenticator = Authenticator(parent=self.app)
            collecting = factory.Collect(
                coursedir=self.app.coursedir, authenticator=authenticator, parent=self.app
            )
            collecting.update = True
            try:
                collecting.start()
            except (ExchangeError, OSError) as error:
                raise CourseError(f"{unit.name} was not collected completely: {error}") from error

    def share(self) -> None:
        """In a course of several instructors, let the group use what this one has written."""
        if self.coursedir.groupshared:
            root = self.course.root
            share_with_group((root / ".autograder", root / "reports", root / "gradebook.db"))

    def _autograded_key(self, student: str, unit: Unit) -> str | None:
        return key_of_result(self._path(self.coursedir.autograded_directory, student, unit))

    def page(self, student: str, unit: Unit) -> Path:
        """Where a student's feedback page is, or would be."""
        return self._path(self.coursedir.feedback_directory, student, unit, ".html")

    def _path(self, step: str, student: str, unit: Unit, suffix: str = ".ipynb") -> Path:
        return self._folder(step, student, unit) / f"{unit.name}{suffix}"

    def _folder(self, step: str, student: str, unit: Unit) -> Path:
        return Path(self.coursedir.format_path(step, student, unit.assignment))

    def _gradebook(self) -> Gradebook:
        return self.address.open()

    @contextmanager
    def _writing(self, otherwise: str) -> Iterator[None]:
        """Turn the database's errors into one clear line."""
        try:
            yield
        except (SQLAlchemyError, InvalidEntry, OSError, ImportError) as error:
            cause = plain(str(getattr(error, "orig", None) or error), LONGEST_ERROR)
            raise CourseError(
                f"The gradebook {self.shown_url} cannot be written: {cause}. {otherwise}"
            ) from error


def _enrol(gradebook: Gradebook, students: Iterable[str]) -> None:
    """Put students into the roster; another grader may be doing the same at this moment."""
    known = {str(student.id) for student in gradebook.students}
    for student in students:
        if student not in known:
            with suppress(InvalidEntry):
                gradebook.add_student(student)
