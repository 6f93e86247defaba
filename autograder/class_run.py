"""A class from `submitted/` to gradebook, feedback, table, CSV and page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.gradebook.book import Book
from autograder.gradebook.changes import Change
from autograder.gradebook.filing import Filing
from autograder.gradebook.locks import grading
from autograder.gradebook.open_folders import advice, open_to_others
from autograder.grading.attempts import (
    Attempt,
    attempts_of,
    attempts_to_judge,
    attempts_with_new,
    take_attempts,
)
from autograder.grading.batch import GradedSubmission, counted_now, grade_cohort, kept_result
from autograder.grading.hand_ins import HandIn, compose_names, submissions
from autograder.grading.rounds import rounds_of
from autograder.grading.submission import GradingOptions
from autograder.processes.pool import Elsewhere, Pool
from autograder.processes.progress import Progress
from autograder.rendering.text import plain
from autograder.report.course_report import CourseReport, course_page, write_course_page
from autograder.report.files import write_csv, write_page
from autograder.report.old_exports import old_exports
from autograder.report.rows import ClassReport
from autograder.report.table import print_class
from autograder.results import Status
from autograder.units import Unit, units_of

#: What each student handed in, with all attempts where there are rounds.
Attempts = Sequence[tuple[HandIn, Sequence[Attempt]]]
#: Exit statuses: everybody's mark and page are there; some are not, and each is named.
GRADED, INCOMPLETE = 0, 1


@dataclass(frozen=True)
class StudentOutcome:
    """What became of a student's work: the points, or what went wrong.

    done: whether it is in the gradebook with all its marks, and has a feedback page.
    """

    said: str
    done: bool


def grade_class(
    course: Course,
    unit: Unit,
    *,
    sandboxed: bool = True,
    jobs: int | None = None,
    students: Collection[str] = (),
    cluster: Elsewhere | None = None,
) -> int:
    """Grade what was handed in for a unit, and show and file the marks.

    students: the ids of those to grade (default: everybody). cluster: where submissions are judged
    (default: here, `jobs` at once). The exit status is 0 if each of them who handed in is in the
    gradebook and has a feedback page, else INCOMPLETE. Raises CourseError if there is nothing to
    grade, nowhere to put the marks, or if somebody else is grading this unit.
    """
    book = Book.open(course, sandboxed)
    with grading(course, unit.assignment):
        attempts = _taken(book, unit, students)
        judge = _Judge(course, unit, GradingOptions(sandboxed), partial(Pool, jobs, cluster))
        graded, counting = judge.graded(attempts)
        _print_changes(book.changes(unit, graded, counting))
        failed, no_page = _write(book, unit, graded, counting, jobs)
        _show(course, unit, book, _with_earlier_results(book, unit, graded))
        book.share()
    print(f"Gradebook: {book.shown_url}")
    names = open_to_others(course)
    if names:
        print(f"Warning: {advice(names)}")
    for what, errors in (("Not in the gradebook", failed), ("No feedback page", no_page)):
        if errors:
            print(f"{what}: {len(errors)} of {len(graded)} students.")
        for student, error in errors.items():
            print(f"{what}: {plain(student, 60)}: {error}")
    return INCOMPLETE if failed or no_page else GRADED


def grade_arrived(
    course: Course,
    unit: Unit,
    students: Collection[str],
    *,
    sandboxed: bool = True,
    jobs: int | None = None,
) -> dict[str, StudentOutcome]:
    """Grade these students and renew the class's files without printing them.

    Returns what became of each. Raises CourseError where `grade_class` does.
    """
    book = Book.open(course, sandboxed)
    with grading(course, unit.assignment):
        attempts = _taken(book, unit, students)
        judge = _Judge(course, unit, GradingOptions(sandboxed), partial(Pool, jobs))
        graded, counting = judge.graded(attempts)
        failed, no_page = _write(book, unit, graded, counting, jobs)
        report = _report(unit, book, _with_earlier_results(book, unit, graded))
        write_csv(report, course)
        write_page(report, course, book.formgrader)
        book.share()
    became = {}
    for row in report.rows:
        points = "no mark" if row.total is None else f"{row.total:g} of {report.max_points:g}"
        said = points if row.status == "ok" else f"{points}, {row.status}"
        became[row.student] = StudentOutcome(said, done=row.result.status.is_final)
    for what, errors in (("no feedback page", no_page), ("not in the gradebook", failed)):
        for student, why in errors.items():
            # Another look at a file that is no notebook would find the same.
            hopeless = graded[student].result.status is Status.INVALID_NOTEBOOK
            became[student] = StudentOutcome(f"{what}: {why}", done=hopeless)
    return {student: became[student] for student in graded}


def preview_class(
    course: Course,
    unit: Unit,
    *,
    sandboxed: bool = True,
    jobs: int | None = None,
    students: Collection[str] = (),
    cluster: Elsewhere | None = None,
) -> int:
    """Say whose marks `grade_class` would change, and why; no mark and no page is written.

    The results are kept, so that `grade_class` has little left to do. Raises CourseError where
    that does.
    """
    book = Book.open(course, sandboxed)
    with grading(course, unit.assignment):
        attempts = [
            (hand_in, attempts_with_new(course, unit, hand_in))
            for hand_in in _checked(book, unit, students)
        ]
        judge = _Judge(course, unit, GradingOptions(sandboxed), partial(Pool, jobs, cluster))
        graded, counting = judge.graded(attempts)
        changes = book.changes(unit, graded, counting)
        handed_in = [student for student, submission in graded.items() if submission.key]
        new = len(handed_in) - book.count(unit, handed_in)
    _print_changes(changes)
    if not changes:
        print("No mark in the gradebook changes.")
    if new:
        print(f"Graded for the first time: {new}.")
    print("Nothing was written.")
    return GRADED


def _checked(book: Book, unit: Unit, students: Collection[str]) -> list[HandIn]:
    """What these students handed in, once it is known that the gradebook can take their marks."""
    hand_ins = _class(book.course, unit, book)
    unknown = sorted(set(students) - {hand_in.student for hand_in in hand_ins})
    if unknown:
        raise CourseError(f"No such student: {', '.join(plain(name, 60) for name in unknown)}")
    book.check(unit)
    return [hand_in for hand_in in hand_ins if not students or hand_in.student in students]


def _taken(book: Book, unit: Unit, students: Collection[str]) -> Attempts:
    """What these students handed in and, where there are rounds, their attempts with what is new.

    Whatever has to be done to `submitted/` is done.
    """
    course = book.course
    for old, new in compose_names(course.root / "submitted").items():
        print(f"submitted/{plain(old, 60)} was renamed {new}: the same letters, stored as one.")
    hand_ins = _checked(book, unit, students)
    take_attempts(course, unit, hand_ins)
    return [(hand_in, attempts_of(course, unit, hand_in.student)) for hand_in in hand_ins]


@dataclass(frozen=True)
class _Judge:
    """Judges the hand-ins of a unit; nothing is written but the kept results."""

    course: Course
    unit: Unit
    options: GradingOptions
    make_pool: Callable[[], Pool]

    def graded(self, attempts: Attempts) -> tuple[dict[str, GradedSubmission], dict[str, HandIn]]:
        """Each student's result, and what counts of all that each has handed in."""
        course, unit = self.course, self.unit
        by_student = {hand_in.student: known for hand_in, known in attempts}
        for group in attempts_to_judge(unit, course, by_student):
            self._judged(group)
        counting = {
            hand_in.student: counted_now(hand_in, unit, course, known)
            for hand_in, known in attempts
        }
        graded: dict[str, GradedSubmission] = {}
        for name in sorted({hand_in.round for hand_in in counting.values()}):
            graded |= self._judged([one for one in counting.values() if one.round == name])
        return {student: _as_shown(course, unit, graded[student]) for student in counting}, counting

    def _judged(self, hand_ins: list[HandIn]) -> dict[str, GradedSubmission]:
        """The result of each, in order; all are of one round."""
        course, unit = self.course.in_round(hand_ins[0].round), self.unit
        with (
            self.make_pool() as pool,
            Progress(f"Grading {unit.name}", len(hand_ins), pool, "notebook") as bar,
        ):
            return grade_cohort(hand_ins, unit, course, self.options, pool, bar)


def _write(
    book: Book,
    unit: Unit,
    graded: dict[str, GradedSubmission],
    counting: dict[str, HandIn],
    jobs: int | None,
) -> tuple[dict[str, str], dict[str, str]]:
    """Marks and pages; what went wrong with each, by student."""
    with (
        Pool(jobs) as pool,
        Progress("Gradebook and feedback", len(graded), pool, "student") as bar,
    ):
        filing = Filing(book, unit, pool, lambda student: bar.done())
        for student, submission in graded.items():
            filing.add(counting[student], submission)
        pool.run(watch=bar.watch, idle=filing.flush)
    return filing.failed, filing.no_page


def _as_shown(course: Course, unit: Unit, graded: GradedSubmission) -> GradedSubmission:
    """The whole result, under the key of the one that the student's page shows."""
    rounds = rounds_of(course, unit)
    if rounds is None or not rounds.first_failed_only:
        return graded
    return replace(graded, key=graded.first_failed_only().key)


def _kept(course: Course, unit: Unit, hand_in: HandIn) -> GradedSubmission | None:
    """What counts of a student, if it is graded."""
    kept = kept_result(counted_now(hand_in, unit, course), unit, course)
    return None if kept is None else _as_shown(course, unit, kept)


def _with_earlier_results(
    book: Book, unit: Unit, graded: dict[str, GradedSubmission]
) -> dict[str, GradedSubmission]:
    """The whole class: those who were not graded now, as they were graded before."""
    everybody = dict(graded)
    for hand_in in submissions(book.course, unit, book.students()):
        if hand_in.student not in graded:
            kept = _kept(book.course, unit, hand_in)
            if kept is not None:
                everybody[hand_in.student] = kept
    return everybody


def _print_changes(changes: list[Change]) -> None:
    if changes:
        print(f"Marks that change: {len(changes)}.")
    for change in changes:
        print(f"  {change}")


def report_class(course: Course, unit: Unit) -> int:
    """Show and file again what is graded, without grading; exit status 0.

    Raises CourseError if nothing is.
    """
    book = Book.open(course)
    hand_ins = _class(course, unit, book)
    graded, ungraded = {}, 0
    for hand_in in hand_ins:
        kept = _kept(course, unit, hand_in)
        if kept is None:
            ungraded += 1
        else:
            graded[hand_in.student] = kept
    if ungraded == len(hand_ins):
        raise CourseError(f"Nothing is graded by this grader yet: autograder grade {unit.name}")
    _show(course, unit, book, graded)
    renew_course_page(course)
    old = book.old_pages(unit, graded)
    if old:
        print(f"{old} feedback pages do not show these marks. Run: autograder grade {unit.name}")
    if ungraded:
        print(f"{ungraded} submissions are not graded. Run: autograder grade {unit.name}")
    return 0


def report_course(course: Course) -> int:
    """Write the page of the whole course from what is graded, without grading; exit status 0.

    Raises CourseError if nothing is.
    """
    print(f"Course report: {_shown(_write_course(course))}")
    return GRADED


def renew_course_page(course: Course) -> None:
    """Let the page of the whole course show today's marks, if there is one.

    Raises CourseError if nothing is graded.
    """
    if course_page(course).exists():
        _write_course(course)


def _write_course(course: Course) -> Path:
    book = Book.open(course)
    classes = []
    for unit in units_of(course):
        if course.submitted(unit.assignment):
            everybody = _with_earlier_results(book, unit, {})
            if any(submission.key for submission in everybody.values()):
                classes.append(_report(unit, book, everybody))
    if not classes:
        raise CourseError("Nothing is graded by this grader yet: autograder grade all")
    page = write_course_page(CourseReport(tuple(classes)), course)
    book.share()
    return page


def _class(course: Course, unit: Unit, book: Book) -> list[HandIn]:
    """What each student handed in. Raises CourseError if nobody handed in anything."""
    hand_ins = submissions(course, unit, book.students())
    if not any(hand_in.notebook for hand_in in hand_ins):
        raise CourseError(
            f"Nobody has handed in {unit.assignment}: put the notebooks into "
            f"submitted/<student>/{unit.assignment}/{unit.name}.ipynb"
        )
    return hand_ins


def _report(unit: Unit, book: Book, graded: dict[str, GradedSubmission]) -> ClassReport:
    results = {student: submission.result for student, submission in graded.items()}
    marks = book.marks(unit)
    pages = book.pages(unit, graded, marks)
    return ClassReport.of(unit, results, pages, marks, book.names())


def _show(course: Course, unit: Unit, book: Book, graded: dict[str, GradedSubmission]) -> None:
    report = _report(unit, book, graded)
    pages = [row.feedback for row in report.rows if row.feedback is not None]
    print_class(report)
    marks = write_csv(report, course)
    print(f"Marks:        {_shown(marks)}")
    print(f"Class report: {_shown(write_page(report, course, book.formgrader))}")
    if pages:
        print(f"Feedback:     {len(pages)} pages, the first: {_shown(pages[0])}")
    for system, file in old_exports(marks.parent, pages).items():
        command = f"autograder export {unit.name} --format {system}"
        print(f"{file} does not show the last changes of marks or feedback. Run: {command}")


def _shown(path: Path) -> Path:
    """A path as short as it can be named from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
