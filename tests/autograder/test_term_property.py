"""Whatever happens in a term and in whatever order: one mark everywhere, and no work is lost."""

from __future__ import annotations

import csv
import multiprocessing
import os
import re
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
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

from autograder.class_run import grade_class
from autograder.course import Course
from autograder.gradebook.lms.export import export_marks
from autograder.units import unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result

UNIT = unit_named("policy_network")
STUDENTS = strategies.sampled_from(["anna", "bert"])
SHARES = strategies.sampled_from([0.0, 0.25, 0.5, 1.0])
DUE = datetime(2026, 3, 2)


@dataclass
class Student:
    """What is known to have happened to a student's work."""

    path: Path
    share: float
    handed_in: datetime
    extension: timedelta = timedelta()
    by_hand: float | None = None

    @property
    def final(self) -> float:
        """The penalty for lateness in this course is the whole mark."""
        late = self.handed_in > DUE + self.extension
        return 0.0 if late else UNIT.max_points * self.share + (self.by_hand or 0.0)


class Term(RuleBasedStateMachine):
    """A class of two; results are made by hand, everything else is real."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="term-"))
        self.course: Course = make_course(self.root, UNIT)
        with (self.root / "nbgrader_config.py").open("a") as file:
            file.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
        with self.gradebook() as gradebook:
            gradebook.update_or_create_assignment(UNIT.assignment, duedate=str(DUE))
        self.students: dict[str, Student] = {}
        self.versions = 0

    @initialize(days=strategies.integers(-1, 2), share=SHARES)
    def begin(self, days: int, share: float) -> None:
        """One hands in early or late, the other one late."""
        self.hand_in("anna", share, days)
        self.hand_in("bert", 1.0, 1)
        self.grade()

    def teardown(self) -> None:
        """What happened last has its effect as well."""
        try:
            if self.students:
                self.grade()
        finally:
            shutil.rmtree(self.root, ignore_errors=True)

    def gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    @rule(name=STUDENTS, share=SHARES, days=strategies.integers(-1, 2))
    def hand_in(self, name: str, share: float, days: int) -> None:
        """For the first time, or again: in time or late."""
        self.versions += 1
        shutil.rmtree(self.root / "submitted" / name, ignore_errors=True)
        answers = {"forward": f"# version {self.versions}", "question-why": "Because."}
        path = hand_in(self.course, UNIT, name, answers)
        when = DUE + timedelta(days=days, hours=-1)
        (path.parent / "timestamp.txt").write_text(f"{when:%Y-%m-%d %H:%M:%S} UTC")
        keep(self.course, UNIT, path, make_result(UNIT, share))
        before = self.students.get(name)
        now = Student(path, share, when)
        if before is not None:
            now.by_hand, now.extension = before.by_hand, before.extension
        self.students[name] = now

    @rule(name=STUDENTS, share=SHARES)
    def change_the_grader(self, name: str, share: float) -> None:
        """The same work is worth something else now."""
        student = self.students[name]
        student.share = share
        keep(self.course, UNIT, student.path, make_result(UNIT, share))

    @rule(name=STUDENTS, points=strategies.sampled_from([0.0, 0.5, 2.0]))
    def mark_by_hand(self, name: str, points: float) -> None:
        with self.gradebook() as gradebook:
            cell = ("question-why", UNIT.name, UNIT.assignment, name)
            grade = gradebook.find_grade(*cell)
            grade.manual_score, grade.needs_manual_grade = points, False
            gradebook.find_comment(*cell).manual_comment = f"worth {points}"
            gradebook.db.commit()
        self.students[name].by_hand = points

    @rule(name=STUDENTS, days=strategies.integers(0, 2))
    def extend(self, name: str, days: int) -> None:
        with self.gradebook() as gradebook:
            gradebook.grant_extension(UNIT.assignment, name, days=days)
        self.students[name].extension = timedelta(days=days)

    @rule(share_of_a_run=strategies.floats(0.0, 1.0))
    def kill_a_run(self, share_of_a_run: float) -> None:
        process = multiprocessing.get_context("fork").Process(target=self.grade_quietly)
        process.start()
        time.sleep(3 * share_of_a_run)
        if process.is_alive() and process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
        process.join()

    def grade_quietly(self) -> None:
        for descriptor in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
        grade_class(self.course, UNIT, jobs=1)

    @rule()
    def grade(self) -> None:
        assert grade_class(self.course, UNIT, jobs=1) == 0
        export_marks(self.course, UNIT, "canvas")
        for name, student in self.students.items():
            assert self.shown(name) == {
                "gradebook": pytest.approx(student.final),
                "marks.csv": pytest.approx(student.final),
                "page": pytest.approx(student.final),
            }, name
            assert student.path.is_file()
            if student.by_hand is not None:
                assert f"worth {student.by_hand}" in self.page(name)

    def shown(self, name: str) -> dict[str, float]:
        """The final mark of a student, wherever it stands."""
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission(UNIT.assignment, name)
            in_gradebook = submission.score - (submission.late_submission_penalty or 0.0)
        path = self.root / "reports" / UNIT.assignment / "marks.csv"
        with path.open(encoding="utf-8-sig") as file:
            row = next(row for row in csv.DictReader(file) if row["student"] == name)
        page = re.search(r"\(Score: ([\d.]+) / [\d.]+\)(.*?)<", self.page(name), re.DOTALL)
        assert page is not None
        penalty = re.search(r"penalty: ([\d.]+)", self.page(name), re.IGNORECASE)
        score = float(page[1]) - (float(penalty[1]) if penalty else 0.0)
        # There is no final mark while nobody has read the answer.
        in_table = float(row["points"]) if row["to_grade"] == "0" else in_gradebook
        assert (row["points"] == "") == (row["to_grade"] != "0")
        return {"gradebook": in_gradebook, "marks.csv": in_table, "page": score}

    def page(self, name: str) -> str:
        path = self.root / "feedback" / name / UNIT.assignment / f"{UNIT.name}.html"
        return path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_students_mark_is_the_same_everywhere_and_no_work_is_lost() -> None:
    run_state_machine_as_test(
        Term,
        settings=settings(
            max_examples=12, stateful_step_count=5, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
