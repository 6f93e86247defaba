"""`autograder similarity`: the page with pairs of students, and exports for other programs."""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course, CourseError
from autograder.gradebook.book import Book
from autograder.grading.batch import counted_now
from autograder.grading.hand_ins import submissions
from autograder.grading.timestamps import known_time
from autograder.rendering.text import plain
from autograder.report.html import address, write_html
from autograder.similarity.answers import (
    ClassAnswers,
    known_answers,
    read_answers,
    released_code,
)
from autograder.similarity.exports import to_dolos, to_jplag
from autograder.similarity.pairs import pairs
from autograder.units import Unit

SYSTEMS = ("jplag", "dolos")


def compare_class(
    course: Course, unit: Unit, jobs: int | None = None, export: tuple[str, Path] | None = None
) -> int:
    """Write the page of a unit, and what another program needs; exit status 0.

    export: one of SYSTEMS, and a folder. Raises CourseError if nobody has handed in anything.
    """
    book = Book.open(course)
    hand_ins = [counted_now(one, unit, course) for one in submissions(course, unit) if one.notebook]
    if not hand_ins:
        raise CourseError(f"Nobody has handed in {unit.assignment}.")
    found = read_answers(course, unit, hand_ins, jobs)
    for student, why in found.unread.items():
        print(f"Not compared: {plain(student, 60)}: {plain(why, 300)}")
    _write_page(course, unit, book, found)
    if export is not None:
        known = {one.student: known_time(one.folder) for one in hand_ins}
        times = {student: time for student, time in known.items() if time is not None}
        system, folder = export
        code = {student: one.code for student, one in sorted(found.answers.items())}
        if system == "jplag":
            advice = to_jplag(folder, unit.name, code, released_code(course, unit))
        else:
            advice = to_dolos(folder, unit.name, code, book.names(), times)
        print(f"Written for {system}: {folder}. Then: {advice}")
    return 0


def _write_page(course: Course, unit: Unit, book: Book, found: ClassAnswers) -> None:
    listed = pairs(found.pieces, known_answers(course, unit))
    path = course.root / "reports" / unit.assignment / "similarity.html"
    students = sorted({name for pair in listed for name in (pair.first, pair.second)})
    pages = {name: book.page(name, unit) for name in students}
    write_html(
        path,
        "similarity.html.j2",
        unit=unit,
        pairs=listed,
        compared=len(found.answers),
        unread=found.unread,
        names=book.names(),
        numbers={student: number for number, student in enumerate(students, 1)},
        links={
            name: address(page if page.exists() else None, path) for name, page in pages.items()
        },
    )
    print(f"{len(found.answers)} submissions compared, {len(listed)} pairs to look at: {path}")
