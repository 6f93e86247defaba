"""A class's results on their way into the gradebook, the archive and the feedback pages.

The graded notebooks and the pages are made in processes of their own, within a budget; this one
writes the gradebook, many students in one transaction, and the files.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import msgspec

from autograder.gradebook.archive import Archived, archived
from autograder.gradebook.book import LONGEST_ERROR, Book
from autograder.gradebook.final_mark import FinalMark
from autograder.gradebook.folders import Folders
from autograder.gradebook.held import Held
from autograder.gradebook.marks import Entry
from autograder.gradebook.page_maker import PageMaker
from autograder.gradebook.pages import key_of_page, key_of_result
from autograder.grading.batch import GradedSubmission
from autograder.grading.hand_ins import HandIn, is_student_id
from autograder.grading.rounds import rounds_of
from autograder.grading.submission import nothing_graded
from autograder.grading.timestamps import known_time
from autograder.processes.allowance import MEBIBYTE, Allowance
from autograder.processes.confined import End, Outcome, Report
from autograder.processes.pool import Job, Pool
from autograder.rendering.curve import learning_curve
from autograder.rendering.text import plain
from autograder.results import EvaluationResult, Status
from autograder.units import Unit

#: For a graded notebook, and for a page: an ordinary one takes a third of a second and 30 MiB.
SHOWING = Allowance(memory_bytes=400 * MEBIBYTE, processor_seconds=10.0, wall_seconds=300.0)
#: So many students are written in one transaction, unless a worker has nothing else to do.
TOGETHER = 25

_Encoder = msgspec.json.Encoder()


class Filing:
    """Files results as they come. Afterwards, failed and no_page say whose could not be, and why.

    filed: called with each student of whom everything is done.
    """

    def __init__(self, book: Book, unit: Unit, pool: Pool, filed: Callable[[str], None]) -> None:
        self.failed: dict[str, str] = {}
        self.no_page: dict[str, str] = {}
        self._book, self._unit, self._pool, self._filed = book, unit, pool, filed
        self._folders = Folders.of(book.app, unit)
        self._maker = PageMaker(book.app, unit)
        self._warm = False
        rounds = rounds_of(book.course, unit)
        self._first_failed_only = rounds is not None and rounds.first_failed_only
        self._held: dict[str, Held] = book.held(unit)
        self._marks: dict[str, FinalMark] = book.marks(unit)
        self._waiting: dict[str, tuple[HandIn, GradedSubmission, Archived | None]] = {}
        self._archives: dict[str, list[tuple[HandIn, GradedSubmission]]] = {}
        self._pages: dict[str, list[HandIn]] = {}

    def add(self, hand_in: HandIn, graded: GradedSubmission) -> None:
        """File one result: what is there already is not made again."""
        student = hand_in.student
        if not graded.key or graded.result.status is Status.GRADER_ERROR:
            self._without_mark(student, graded)
        elif not self._is_filed(student, graded):
            self._archive(hand_in, graded)
        elif self._is_late(hand_in):
            self._waiting[student] = (hand_in, graded, None)
        else:
            self._show(hand_in, graded, self._marks[student])

    def flush(self) -> None:
        """Write what waits into the gradebook, then the archive; then its pages can be made."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        entries = {
            student: Entry(known_time(hand_in.folder), None if content is None else content.marks)
            for student, (hand_in, _, content) in waiting.items()
        }
        marks = self._book.enter(self._unit, entries)
        for student, (hand_in, graded, content) in waiting.items():
            if content is not None:
                try:
                    self._folders.write_archive(hand_in, content.notebook)
                except OSError as error:
                    self._fail(self.failed, student, f"{error.strerror}: {error.filename}")
                    continue
            self._show(hand_in, graded, marks[student])

    def _without_mark(self, student: str, graded: GradedSubmission) -> None:
        status, message = graded.result.status, graded.result.message
        if status is Status.MISSING:
            if is_student_id(student):
                self._book.add_student(student)
            self._filed(student)
            return
        if graded.key:
            self._take_back(student)
        self._fail(self.failed, student, message or status.value)

    def _take_back(self, student: str) -> None:
        """Neither a zero nor the mark of an earlier submission stays."""
        self._book.leave_ungraded(self._unit, student)
        shutil.rmtree(self._folders.archive(student).parent, ignore_errors=True)

    def _is_filed(self, student: str, graded: GradedSubmission) -> bool:
        held = self._held.get(student)
        return (
            held is not None
            and held.has(graded.result)
            and key_of_result(self._folders.archive(student)) == graded.key
        )

    def _is_late(self, hand_in: HandIn) -> bool:
        """Whether the time of handing in, or a due date, may have changed a mark."""
        held = self._held[hand_in.student]
        return held.lateness or held.handed_in_at != known_time(hand_in.folder)

    def _archive(self, hand_in: HandIn, graded: GradedSubmission) -> None:
        """Make the graded notebook, once for all who have handed in the same."""
        alike = self._archives.setdefault(graded.key, [])
        alike.append((hand_in, graded))
        if len(alike) > 1:
            return
        self._warm_up()
        notebook, unit, course = hand_in.notebook, self._unit, self._book.course
        assert notebook is not None
        shown = graded
        if self._first_failed_only:
            shown = replace(graded.first_failed_only(), key=graded.key)

        def work(report: Report) -> bytes:
            return _Encoder.encode(archived(notebook, unit, course, shown))

        done = partial(self._archived, graded.key)
        self._pool.add_first(Job(f"results of {hand_in.student}", work, SHOWING, done))

    def _warm_up(self) -> None:
        """Load fonts, templates and the like once, and not in each process that is forked."""
        if not self._warm:
            self._warm = True
            untouched = self._book.course.released(self._unit.assignment)
            nothing = GradedSubmission(nothing_graded(self._unit, Status.MISSING, ""), "", True)
            example = archived(untouched, self._unit, self._book.course, nothing)
            self._maker.warm_up(example.notebook)
            learning_curve(EvaluationResult(0, 0.0, 0.0, (), curve=(0.0, 1.0)))

    def _archived(self, key: str, outcome: Outcome) -> None:
        alike = self._archives.pop(key)
        if outcome.end is not End.DONE:
            for hand_in, _ in alike:
                self._take_back(hand_in.student)
                self._fail(self.failed, hand_in.student, outcome.detail)
            return
        content = msgspec.json.decode(outcome.value, type=Archived)
        for hand_in, graded in alike:
            self._waiting[hand_in.student] = (hand_in, graded, content)
        if len(self._waiting) >= TOGETHER:
            self.flush()

    def _show(self, hand_in: HandIn, graded: GradedSubmission, mark: FinalMark) -> None:
        """Make the page, unless the one that is there shows this result and this mark."""
        student, key = hand_in.student, mark.page_key(graded.key)
        if key_of_page(self._folders.page(student)) == key:
            self._folders.renew_receipts(hand_in)
            self._filed(student)
            return
        alike = self._pages.setdefault(key, [])
        alike.append(hand_in)
        if len(alike) == 1:
            self._make_page(student, key, mark)

    def _make_page(self, student: str, key: str, mark: FinalMark) -> None:
        """Make a page, once for all who have the same result and the same mark."""
        self._warm_up()
        archive, maker = self._folders.archive(student), self._maker

        def work(report: Report) -> bytes:
            text = archive.read_text(encoding="utf-8")
            return maker.page(text, student, mark).encode("utf-8", "replace")

        self._pool.add_first(Job(f"page of {student}", work, SHOWING, partial(self._shown, key)))

    def _shown(self, key: str, outcome: Outcome) -> None:
        for hand_in in self._pages.pop(key):
            student = hand_in.student
            if outcome.end is not End.DONE:
                self._fail(self.no_page, student, outcome.detail)
                continue
            try:
                self._folders.write_page(hand_in, outcome.value.decode("utf-8"))
            except OSError as error:
                self._fail(self.no_page, student, f"{error.strerror}: {error.filename}")
            else:
                self._filed(student)

    def _fail(self, where: dict[str, str], student: str, why: str) -> None:
        where[student] = plain(why, LONGEST_ERROR)
        self._filed(student)
