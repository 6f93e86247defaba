"""`autograder export`: a unit's marks and feedback for one learning management system."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.gradebook.book import Book
from autograder.gradebook.downloads import System
from autograder.gradebook.lms.feedback_zip import zip_feedback
from autograder.gradebook.lms.gradescope import gradescope
from autograder.gradebook.lms.marks import Marks, with_numbers
from autograder.gradebook.lms.tables import PASS_SHARE, LeftOut, canvas, ilias, moodle
from autograder.gradebook.roster import roster
from autograder.gradebook.uploaders import uploaders
from autograder.rendering.text import plain
from autograder.units import Unit

Write = Callable[[Marks, Path], LeftOut]

#: What is written for each system, and how.
FORMATS: dict[str, tuple[str, Write]] = {
    "moodle": ("moodle.csv", moodle),
    "canvas": ("canvas.csv", canvas),
    "ilias": ("status.csv", ilias),
    "gradescope": ("gradescope-autograder.zip", gradescope),
}
#: The systems whose downloads are understood.
_DOWNLOADED = {"moodle": System.MOODLE, "canvas": System.CANVAS, "ilias": System.ILIAS}
COMPLETE, INCOMPLETE = 0, 1


def export_marks(
    course: Course, unit: Unit, system: str, *, name: str = "", pass_share: float = PASS_SHARE
) -> int:
    """Write the marks for a system into reports/, and the feedback pages as a zip file.

    name: of the assignment there (default: the unit's title). The exit status is 0 if every
    student with a mark is in the file. Raises CourseError if the gradebook has no marks of the
    unit.
    """
    book = Book.open(course)
    extracted = course.root / "downloaded" / unit.assignment / "extracted"
    with book.opened() as gradebook:
        people = roster(gradebook)
        # Another system's download says nothing of this one's numbers and folders.
        uploaded = {
            student: uploader
            for student, uploader in uploaders(extracted, people).items()
            if uploader.participant.system is _DOWNLOADED.get(system)
        }
        marks = Marks.of(gradebook, unit, name or unit.title, with_numbers(people, uploaded))
    if not marks.marks:
        raise CourseError(f"No marks of {unit.name} yet. Run: autograder grade {unit.name}")
    file, write = FORMATS[system]
    if system == "ilias":
        write = partial(ilias, pass_share=pass_share)
    folder = course.root / "reports" / unit.assignment
    left_out = write(marks, folder / file)
    print(f"Marks for {system}: {folder / file}")
    pages = {
        student: page for student in marks.marks if (page := book.page(student, unit)).is_file()
    }
    if uploaded and pages:
        archive = folder / f"feedback-{system}.zip"
        without = zip_feedback(pages, uploaded, archive)
        print(f"Feedback: {archive} ({len(pages) - len(without)} pages)")
        _name("Feedback of whom nothing was downloaded", without)
    _name("No final mark yet, left out", marks.open)
    _name(f"Left out, no {left_out.needed} of their own in the roster", left_out.students)
    return INCOMPLETE if left_out.students or marks.open else COMPLETE


def _name(what: str, students: Iterable[str]) -> None:
    shown = ", ".join(plain(student, 60) for student in students)
    if shown:
        print(f"{what}: {shown}.")
