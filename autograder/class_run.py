"""A class from `submitted/` to gradebook, feedback, table, CSV and page."""

from __future__ import annotations

from pathlib import Path

from tqdm import tqdm

from autograder.course import Course, CourseError
from autograder.gradebook.book import Book
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
        graded = _judged(course, unit, hand_ins, GradingOptions(sandboxed=sandboxed), jobs)
        with tqdm(total=2 * len(graded), desc="Gradebook and feedback", unit="step") as bar:
            failed = book.save(unit, graded, watch=lambda student: bar.update())
            no_page = book.feedback(unit, graded, watch=lambda student: bar.update())
        _show(course, unit, book, graded)
        book.share()
    print(f"Gradebook: {book.shown_url}")
    for what, errors in (("Not in the gradebook", failed), ("No feedback page", no_page)):
        if errors:
            print(f"{what}: {len(errors)} of {len(graded)} students.")
        for student, error in errors.items():
            print(f"{what}: {plain(student, 60)}: {error}")
    return INCOMPLETE if failed or no_page else GRADED


def _judged(
    course: Course, unit: Unit, hand_ins: list[HandIn], options: GradingOptions, jobs: int | None
) -> dict[str, GradedSubmission]:
    """Each student's result, in order."""
    graded: dict[str, GradedSubmission] = {}
    with (
        Pool(jobs) as pool,
        Progress(f"Grading {unit.name}", len(hand_ins), pool, "notebook") as bar,
    ):

        def each(hand_in: HandIn, submission: GradedSubmission) -> None:
            graded[hand_in.student] = submission
            kinds = [submission.result.status.value]
            bar.done(*kinds, *(["from cache"] if submission.cached else []))

        cohort = Cohort(unit, course, options, pool, each)
        cohort.add(hand_ins)
        pool.run(watch=bar.watch)
        cohort.close()
    return {hand_in.student: graded[hand_in.student] for hand_in in hand_ins}


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
