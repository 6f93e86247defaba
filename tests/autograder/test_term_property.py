"""Whatever happens in a term and in whatever order: one mark everywhere, and no work is lost."""

from __future__ import annotations

import io
import multiprocessing
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from nbgrader.api import Gradebook

from autograder.cli import main
from autograder.course import Course
from autograder.units import unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result, written
from tests.autograder.marks_everywhere import Places, Seen

UNIT = unit_named("policy_network")
CORRECTED, MOST = "forward", dict(UNIT.task_points)[f"{UNIT.name}/forward"]
STUDENTS = strategies.sampled_from(["anna", "O'Brien", "müller"])
SHARES = strategies.sampled_from([0.0, 0.25, 0.5, 1.0])
DAYS = strategies.integers(-2, 3)
PENALTIES = strategies.sampled_from(["none", "zero"])
DUE = datetime(2026, 3, 2)


@dataclass
class Student:
    """What is known to have happened to a student's work.

    read: the answer was graded by hand, and nothing has changed since. graded: once at least.
    """

    path: Path
    content: bytes
    share: float
    handed_in: datetime | None
    extension: timedelta = timedelta()
    by_hand: float = 0.0
    corrected: float | None = None
    extra: float = 0.0
    comment: str = ""
    read: bool = False
    changed: bool = True
    graded: bool = False

    def final(self, due: datetime, penalty: str) -> float:
        """The final mark: automatic + by hand - penalty, which is nothing or everything."""
        automatic = UNIT.max_points * self.share
        if self.corrected is not None:
            automatic += self.corrected - MOST * self.share
        late = self.handed_in is not None and self.handed_in > due + self.extension
        return 0.0 if late and penalty == "zero" else automatic + self.by_hand + self.extra


class Term(RuleBasedStateMachine):
    """A class of three; results are made by hand, everything else is real."""

    def __init__(self) -> None:
        super().__init__()
        self.cwd = Path.cwd()
        self.root = Path(tempfile.mkdtemp(prefix="term-"))
        os.chdir(self.root)
        self.course: Course = make_course(self.root, UNIT)
        (self.root / "units.txt").write_text(f"{UNIT.name}\n")
        self.config = (self.root / "nbgrader_config.py").read_text()
        self.places = Places(self.course, UNIT)
        self.students: dict[str, Student] = {}
        self.names: dict[str, str] = {}
        self.versions = 0
        self.due, self.penalty = DUE, "none"
        self.seconds = 1.0

    @initialize()
    def begin(self) -> None:
        """One hands in in time, the second one late, the third one nothing yet.

        Both are marked by hand, then a penalty comes: every run compares a late final mark.
        """
        for name in ("anna", "O'Brien", "müller"):
            self.change_the_roster(name, "")
        self.set_due_date(0)
        self.set_penalty("none")
        self.hand_in("anna", 0.5, 0)
        self.hand_in("O'Brien", 1.0, 2)
        self.grade_all()
        assert main(["report"]) == 0
        self.mark_by_hand("anna", 0.5, 1.0)
        self.mark_by_hand("O'Brien", 2.0, 0.0)
        self.set_penalty("zero")
        self.grade()

    def teardown(self) -> None:
        """What happened last has its effect as well."""
        try:
            if self.students:
                self.grade()
        finally:
            os.chdir(self.cwd)
            shutil.rmtree(self.root, ignore_errors=True)

    def gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    @rule(name=STUDENTS, share=SHARES, days=DAYS)
    def hand_in(self, name: str, share: float, days: int) -> None:
        """For the first time, or again: in time or late."""
        self.versions += 1
        shutil.rmtree(self.root / "submitted" / name, ignore_errors=True)
        answers = {"forward": f"# version {self.versions}", "question-why": "Because."}
        path = hand_in(self.course, UNIT, name, answers)
        before = self.students.get(name)
        now = Student(path, path.read_bytes(), share, None)
        if before is not None:
            changes = {"path": path, "content": now.content, "share": share}
            now = replace(before, **changes, changed=True, read=False)
        self.students[name] = now
        keep(self.course, UNIT, path, make_result(UNIT, share))
        self.change_the_timestamp(name, days)

    @rule(name=STUDENTS, days=DAYS)
    def change_the_timestamp(self, name: str, days: int) -> None:
        """Of what was handed in before the time changes, or is taken away."""
        if name in self.students:
            student, file = self.students[name], self.students[name].path.parent / "timestamp.txt"
            student.handed_in = None if days == -2 else DUE + timedelta(days=days, hours=-1)
            file.unlink(missing_ok=True)
            if student.handed_in is not None:
                file.write_text(f"{student.handed_in:%Y-%m-%d %H:%M:%S} UTC")

    @rule(name=STUDENTS, share=SHARES)
    def change_the_grader(self, name: str, share: float) -> None:
        """The same work is worth something else now."""
        student = self.students.get(name)
        if student is not None and student.share != share:
            student.share, student.changed, student.read = share, True, False
            keep(self.course, UNIT, student.path, make_result(UNIT, share))

    @rule(
        name=STUDENTS,
        points=strategies.sampled_from([0.0, 0.5, 2.0]),
        extra=strategies.sampled_from([0.0, 1.0]),
    )
    def mark_by_hand(self, name: str, points: float, extra: float) -> None:
        """In the formgrader: points, perhaps more than there are, and a comment."""
        if not self.is_graded(name):
            return
        student = self.students[name]
        with self.gradebook() as gradebook:
            cell = ("question-why", UNIT.name, UNIT.assignment, name)
            grade = gradebook.find_grade(*cell)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, extra, False
            gradebook.db.commit()
        student.by_hand, student.extra, student.read = points, extra, not student.changed
        self.comment(name, f"worth {points}")

    @rule(name=STUDENTS, text=strategies.sampled_from(["Well said.", "Too long."]))
    def comment(self, name: str, text: str) -> None:
        if not self.is_graded(name):
            return
        with self.gradebook() as gradebook:
            cell = ("question-why", UNIT.name, UNIT.assignment, name)
            gradebook.find_comment(*cell).manual_comment = text
            gradebook.db.commit()
        self.students[name].comment = text

    @rule(name=STUDENTS, points=strategies.sampled_from([0.0, 1.0, MOST]))
    def correct_a_task(self, name: str, points: float) -> None:
        """In the formgrader an instructor overrules the grader."""
        if not self.is_graded(name):
            return
        with self.gradebook() as gradebook:
            cell = (f"check-{CORRECTED}", UNIT.name, UNIT.assignment, name)
            grade = gradebook.find_grade(*cell)
            grade.manual_score, grade.needs_manual_grade = points, False
            gradebook.db.commit()
        self.students[name].corrected = points

    def is_graded(self, name: str) -> bool:
        return name in self.students and self.students[name].graded

    @rule(name=STUDENTS, days=strategies.integers(0, 2))
    def extend(self, name: str, days: int) -> None:
        if self.is_graded(name):
            with self.gradebook() as gradebook:
                gradebook.grant_extension(UNIT.assignment, name, days=days)
            self.students[name].extension = timedelta(days=days)

    @rule(days=strategies.integers(-1, 2))
    def set_due_date(self, days: int) -> None:
        self.due = DUE + timedelta(days=days)
        with self.gradebook() as gradebook:
            gradebook.update_or_create_assignment(UNIT.assignment, duedate=str(self.due))

    @rule(penalty=PENALTIES)
    def set_penalty(self, penalty: str) -> None:
        line = f"c.LateSubmissionPlugin.penalty_method = {penalty!r}"
        (self.root / "nbgrader_config.py").write_text(f"{self.config}\n{line}\n")
        self.penalty = penalty

    @rule(name=STUDENTS, last_name=strategies.sampled_from(["Muster", "Ünal", "O'Neill-Žižek"]))
    def change_the_roster(self, name: str, last_name: str) -> None:
        """An address and a number are always there: without them nobody is found in an LMS."""
        number = "471" + str(len(name))
        with self.gradebook() as gradebook:
            gradebook.update_or_create_student(
                name, last_name=last_name, email=f"{number}@uni.example", lms_user_id=number
            )
        self.names[name] = last_name

    @rule()
    def preview(self) -> None:
        before = written(self.course)
        with redirect_stdout(io.StringIO()):
            assert main(["grade", "--diff", "--jobs", "1", UNIT.name]) == 0
        assert written(self.course) == before
        self.check_that_nothing_is_lost()

    @rule(share_of_a_run=strategies.floats(0.0, 1.0))
    def kill_a_run(self, share_of_a_run: float) -> None:
        process = multiprocessing.get_context("fork").Process(target=self.grade_quietly)
        process.start()
        time.sleep(self.seconds * share_of_a_run)
        if process.is_alive() and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        self.check_that_nothing_is_lost()

    def grade_quietly(self) -> None:
        for descriptor in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
        main(["grade", "--jobs", "1", UNIT.name])

    def grade_all(self) -> str:
        """Grade everybody; returns what was printed."""
        printed, begun = io.StringIO(), time.monotonic()
        with redirect_stdout(printed), redirect_stderr(io.StringIO()):
            assert main(["grade", "--jobs", "1", UNIT.name]) == 0
        self.seconds = time.monotonic() - begun
        for student in self.students.values():
            student.graded, student.changed = True, False
        return printed.getvalue()

    @rule()
    def grade(self) -> None:
        printed = self.grade_all()
        self.check_that_nothing_is_lost()
        self.check_the_marks(printed)
        self.check_the_marks(self.places.reported_again())
        self.check_what_is_shown_beside_the_marks()

    def check_the_marks(self, printed: str) -> None:
        expected = {
            name: Seen(pytest.approx(student.final(self.due, self.penalty)), self.waits(name))
            for name, student in self.students.items()
        }
        for place, marks in self.places.with_what_there_is_so_far(printed):
            assert {name: marks.get(name) for name in expected} == expected, place
        final = {name: Seen(None, True) if mark.waits else mark for name, mark in expected.items()}
        for place, marks in self.places.with_final_marks_alone():
            assert {name: marks.get(name, Seen(None, True)) for name in final} == final, place

    def waits(self, name: str) -> bool:
        """Whether the gradebook wants the answer to be read; not one that was."""
        with self.gradebook() as gradebook:
            cell = ("question-why", UNIT.name, UNIT.assignment, name)
            waits = bool(gradebook.find_grade(*cell).needs_manual_grade)
        assert not (waits and self.students[name].read), name
        return waits

    def check_what_is_shown_beside_the_marks(self) -> None:
        """Comments and names are those of now, and everybody of the roster is in the class."""
        for name, student in self.students.items():
            assert student.comment in self.course_file("feedback", name, ".html").read_text()
            archive = self.course_file("autograded", name, ".ipynb").read_text()
            assert student.content.decode().split("# version ")[1].split('"')[0] in archive
        class_page = (self.places.reports / "class.html").read_text(encoding="utf-8")
        assert {name.replace("'", "&#39;") for name in self.names.values()} <= {
            part.split("</td>")[0] for part in class_page.split('data-other="">')
        } | {""}
        everybody = self.places.class_page().keys()
        assert everybody == self.places.course_page().keys() == self.names.keys()

    def course_file(self, step: str, name: str, suffix: str) -> Path:
        return self.root / step / name / UNIT.assignment / f"{UNIT.name}{suffix}"

    def check_that_nothing_is_lost(self) -> None:
        """Neither what was handed in nor what an instructor did, nor half a file in its place."""
        with closing(sqlite3.connect(self.root / "gradebook.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with self.gradebook() as gradebook:
            assert {one.id for one in gradebook.students} == self.names.keys()
            for name, student in self.students.items():
                assert student.path.read_bytes() == student.content
                if student.graded:
                    cell = (UNIT.name, UNIT.assignment, name)
                    grade = gradebook.find_grade("question-why", *cell)
                    assert (grade.manual_score or 0.0) == student.by_hand
                    comment = gradebook.find_comment("question-why", *cell).manual_comment
                    assert (comment or "") == student.comment
                    corrected = gradebook.find_grade(f"check-{CORRECTED}", *cell).manual_score
                    assert corrected == student.corrected
        if self.places.reports.exists():
            self.places.csv()
            self.places.class_page()
            self.places.feedback()


def check(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Term,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip


def test_a_mark_is_the_same_everywhere_and_no_work_is_lost_in_a_short_term() -> None:
    check(examples=1, steps=2)


@pytest.mark.slow
def test_a_mark_is_the_same_everywhere_and_no_work_is_lost() -> None:
    check(examples=15, steps=10)
