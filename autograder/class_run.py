"""A class from `submitted/` to gradebook, feedback, table, CSV and page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from autograder.course import Course, CourseError
from autograder.gradebook.book import Book
from autograder.grading.batch import GradedSubmission, grade_cohort, kept_result
from autograder.grading.hand_ins import HandIn, submissions
from autograder.grading.submission import GradingOptions
from autograder.rendering.text import plain
from autograder.report.files import write_csv, write_page
from autograder.report.rows import ClassReport
from autograder.report.table import print_class
from autograder.units import Unit


def grade_class(
    course: Course, unit: Unit, *, sandboxed: bool = True, jobs: int | None = None
) -> int:
    """Grade what was handed in for a unit, and show and file the marks; exit status 0.

    Raises CourseError if there is nothing to grade or nowhere to put the marks.
    """
    book = Book.open(course, sandboxed)
    handed = _class(course, unit, book)
    options = GradingOptions(sandboxed=sandboxed)
    if jobs is None:
        graded = grade_cohort(handed, unit, course, options)
    else:
        with ThreadPoolExecutor(max_workers=jobs) as executor:
            graded = grade_cohort(handed, unit, course, options, executor)
    with tqdm(total=2 * len(graded), desc="Gradebook and feedback", unit="step") as bar:
        failed = book.save(unit, graded, watch=lambda student: bar.update())
        pages = book.feedback(unit, graded, watch=lambda student: bar.update())
    _show(course, unit, graded, pages)
    print(f"Gradebook: {book.shown_url}")
    for student, error in failed.items():
        print(f"Not in the gradebook: {plain(student, 60)}: {error}")
    return 0


def report_class(course: Course, unit: Unit) -> int:
    """Show and file again what is graded, without grading; exit status 0.

    Raises CourseError if nothing is.
    """
    book = Book.open(course)
    handed = _class(course, unit, book)
    graded, open_ones = {}, 0
    for one in handed:
        kept = kept_result(one, unit, course)
        if kept is None:
            open_ones += 1
        else:
            graded[one.student] = kept
    if open_ones == len(handed):
        raise CourseError(f"Nothing is graded by this grader yet: autograder grade {unit.name}")
    _show(course, unit, graded, book.pages(unit, graded))
    if open_ones:
        print(f"{open_ones} submissions are not graded. Run: autograder grade {unit.name}")
    return 0


def _class(course: Course, unit: Unit, book: Book) -> list[HandIn]:
    """Who handed in what. Raises CourseError if nobody handed in anything."""
    handed = submissions(course, unit, book.students())
    if not any(one.notebook for one in handed):
        raise CourseError(
            f"Nobody has handed in {unit.assignment}: put the notebooks into "
            f"submitted/<student>/{unit.assignment}/{unit.name}.ipynb"
        )
    return handed


def _show(
    course: Course, unit: Unit, graded: dict[str, GradedSubmission], pages: dict[str, Path]
) -> None:
    results = {student: submission.result for student, submission in graded.items()}
    report = ClassReport.of(unit, results, pages)
    print_class(report)
    print(f"Marks:        {_shown(write_csv(report, course))}")
    print(f"Class report: {_shown(write_page(report, course))}")
    if pages:
        print(f"Feedback:     {len(pages)} pages, the first: {_shown(next(iter(pages.values())))}")


def _shown(path: Path) -> Path:
    """A path as short as it can be named from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
