"""A class from `submitted/` to gradebook, feedback, table, CSV and page."""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course, CourseError
from autograder.gradebook.book import Book
from autograder.gradebook.filing import Filing
from autograder.gradebook.locks import grading
from autograder.grading.batch import Cohort, GradedSubmission, kept_result
from autograder.grading.hand_ins import HandIn, compose_names, submissions
from autograder.grading.submission import GradingOptions
from autograder.processes.pool import Pool
from autograder.processes.progress import Progress
from autograder.rendering.text import plain
from autograder.report.files import write_csv, write_page
from autograder.report.rows import ClassReport
from autograder.report.table import print_class
from autograder.units import Unit

#: Exit statuses: everybody's mark and page are there; some are not, and each is named.
GRADED, INCOMPLETE = 0, 1


def grade_class(
    course: Course, unit: Unit, *, sandboxed: bool = True, jobs: int | None = None
) -> int:
    """Grade what was handed in for a unit, and show and file the marks.

    The exit status is 0 if everybody who handed in is in the gradebook and has a feedback page,
    else INCOMPLETE. Raises CourseError if there is nothing to grade, nowhere to put the marks, or
    if somebody else is grading this unit.
    """
    book = Book.open(course, sandboxed)
    with grading(course, unit.assignment):
        for old, new in compose_names(course.root / "submitted").items():
            print(f"submitted/{plain(old, 60)} was renamed {new}: the same letters, stored as one.")
        hand_ins = _class(course, unit, book)
        graded, filing = _graded_and_filed(unit, book, hand_ins, GradingOptions(sandboxed), jobs)
        _show(course, unit, book, graded)
        book.share()
    print(f"Gradebook: {book.shown_url}")
    for what, errors in (
        ("Not in the gradebook", filing.failed),
        ("No feedback page", filing.no_page),
    ):
        if errors:
            print(f"{what}: {len(errors)} of {len(graded)} students.")
        for student, error in errors.items():
            print(f"{what}: {plain(student, 60)}: {error}")
    return INCOMPLETE if filing.failed or filing.no_page else GRADED


def _graded_and_filed(
    unit: Unit, book: Book, hand_ins: list[HandIn], options: GradingOptions, jobs: int | None
) -> tuple[dict[str, GradedSubmission], Filing]:
    """Each student's result, in order; each is filed as soon as it is there."""
    graded: dict[str, GradedSubmission] = {}
    with (
        Pool(jobs) as pool,
        Progress(f"Grading {unit.name}", len(hand_ins), pool, "student") as bar,
    ):
        filing = Filing(book, unit, pool, lambda student: bar.done(*_kinds(graded[student])))

        def each(hand_in: HandIn, submission: GradedSubmission) -> None:
            graded[hand_in.student] = submission
            filing.add(hand_in, submission)

        cohort = Cohort(unit, book.course, options, pool, each)
        try:
            cohort.add(hand_ins)
            pool.run(watch=bar.watch, idle=filing.flush)
        finally:
            cohort.close()
    return {hand_in.student: graded[hand_in.student] for hand_in in hand_ins}, filing


def _kinds(submission: GradedSubmission) -> list[str]:
    """What the progress counts of a submission."""
    return [submission.result.status.value, *(["from cache"] if submission.cached else [])]


def report_class(course: Course, unit: Unit) -> int:
    """Show and file again what is graded, without grading; exit status 0.

    Raises CourseError if nothing is.
    """
    book = Book.open(course)
    hand_ins = _class(course, unit, book)
    graded, ungraded = {}, 0
    for hand_in in hand_ins:
        kept = kept_result(hand_in, unit, course)
        if kept is None:
            ungraded += 1
        else:
            graded[hand_in.student] = kept
    if ungraded == len(hand_ins):
        raise CourseError(f"Nothing is graded by this grader yet: autograder grade {unit.name}")
    _show(course, unit, book, graded)
    old = book.old_pages(unit, graded)
    if old:
        print(f"{old} feedback pages do not show these marks. Run: autograder grade {unit.name}")
    if ungraded:
        print(f"{ungraded} submissions are not graded. Run: autograder grade {unit.name}")
    return 0


def _class(course: Course, unit: Unit, book: Book) -> list[HandIn]:
    """What each student handed in. Raises CourseError if nobody handed in anything."""
    hand_ins = submissions(course, unit, book.students())
    if not any(hand_in.notebook for hand_in in hand_ins):
        raise CourseError(
            f"Nobody has handed in {unit.assignment}: put the notebooks into "
            f"submitted/<student>/{unit.assignment}/{unit.name}.ipynb"
        )
    return hand_ins


def _show(course: Course, unit: Unit, book: Book, graded: dict[str, GradedSubmission]) -> None:
    results = {student: submission.result for student, submission in graded.items()}
    pages = book.pages(unit, graded)
    report = ClassReport.of(unit, results, pages, book.marks(unit))
    print_class(report)
    print(f"Marks:        {_shown(write_csv(report, course))}")
    print(f"Class report: {_shown(write_page(report, course))}")
    if pages:
        print(f"Feedback:     {len(pages)} pages, the first: {_shown(next(iter(pages.values())))}")


def _shown(path: Path) -> Path:
    """A path as short as it can be named from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
