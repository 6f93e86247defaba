"""A unit from release to feedback on a hub, with one teacher and two students, step by step."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rehearsal.accounts import Account
from rehearsal.course_folder import (
    ASSIGNMENT,
    COURSE_ID,
    EXERCISES,
    NOTEBOOK,
    TEACHERS_MENUS,
    UNIT,
    solved,
)
from rehearsal.hub import Server
from rehearsal.installation import Installation

#: What a student may never see, below the teacher's course folder.
CLOSED = ("solutions", "submitted", "gradebook.db", ".autograder/secret", "reports", "feedback")
FETCHING = {"course_id": COURSE_ID, "assignment_id": ASSIGNMENT}

#: Run with an inbound folder, an assignment and a file that the student may not read.
HAND_IN_A_LINK = """
import datetime, getpass, pathlib, sys
inbound, assignment, solution = sys.argv[1:]
time = f"{datetime.datetime.utcnow():%Y-%m-%d %H:%M:%S.%f} UTC"
folder = pathlib.Path(inbound, f"{getpass.getuser()}+{assignment}+{time}+0")
folder.mkdir()
(folder / "timestamp.txt").write_text(time)
(folder / pathlib.Path(solution).name).symlink_to(solution)
"""


class Unexpected(Exception):
    """Something was not as it should be; the message says what."""


@dataclass(frozen=True)
class Person:
    account: Account
    server: Server

    @property
    def name(self) -> str:
        return self.account.name


@dataclass(frozen=True)
class ClassDay:
    """Anna solves everything, Bert the first exercise only."""

    teacher: Person
    anna: Person
    bert: Person
    course: Path
    installation: Installation
    #: Where students put their work; None if there is no such folder.
    exchange: Path | None = None
    say: Callable[[str], None] = print

    def run(self) -> dict[str, float]:
        """Everything in its order; the final marks. Raises Unexpected."""
        self.examine()
        self.check_menus()
        self.release()
        for student, exercises in ((self.anna, EXERCISES), (self.bert, EXERCISES[:1])):
            self.fetch_solve_submit(student, exercises)
        self.collect()
        marks = self.grade()
        self.give_feedback(marks)
        self.check_closed_folders()
        if self.exchange is not None:
            self.hand_in_a_link(self.exchange / COURSE_ID / "inbound")
        return marks

    def examine(self) -> None:
        self.say("autograder doctor, as an ordinary user")
        self._autograder("doctor")

    def check_menus(self) -> None:
        self.say("JupyterLab shows the teacher's menus to the teacher alone")
        for person, hidden in ((self.teacher, set()), (self.anna, set(TEACHERS_MENUS))):
            found = person.server.disabled_in_lab() & set(TEACHERS_MENUS)
            expect(found == hidden, f"hidden from {person.name}: {found}")

    def release(self) -> None:
        self.say("the teacher releases the unit in the formgrader")
        self._formgrader("release")

    def fetch_solve_submit(self, student: Person, exercises: tuple[str, ...]) -> None:
        self.say(f"{student.name} fetches, solves {len(exercises)} exercises and submits")
        listed = student.server.get("assignments", course_id=COURSE_ID)["value"]
        expect([one["assignment_id"] for one in listed] == [ASSIGNMENT], f"listed: {listed}")
        student.server.post("assignments/fetch", **FETCHING)
        notebook = student.server.read(NOTEBOOK)
        expect("YOUR CODE HERE" in str(notebook), "the released notebook has its gaps")
        student.server.save(NOTEBOOK, solved(notebook, exercises))
        student.server.post("assignments/submit", **FETCHING)

    def collect(self) -> None:
        self.say("the teacher collects in the formgrader")
        self._formgrader("collect")
        collected = {path.name for path in (self.course / "submitted").iterdir()}
        expect(collected == {self.anna.name, self.bert.name}, f"collected: {collected}")

    def grade(self) -> dict[str, float]:
        """Grade as the teacher, in the sandbox; each student's points."""
        self.say("the teacher grades, in the sandbox")
        self._autograder("grade", UNIT)
        marks = self.course / "reports" / ASSIGNMENT / "marks.csv"
        with marks.open(encoding="utf-8-sig") as file:
            rows = {row["student"]: row for row in csv.DictReader(file)}
        expect(all(row["status"] == "ok" for row in rows.values()), f"marks.csv: {rows}")
        points = {name: float(row["points"]) for name, row in rows.items()}
        expect(points[self.anna.name] > points[self.bert.name] > 0, f"points: {points}")
        return points

    def give_feedback(self, marks: dict[str, float]) -> None:
        self.say("the teacher releases the feedback, the students fetch it")
        self._formgrader("release_feedback")
        for student in (self.anna, self.bert):
            student.server.post("assignments/fetch_feedback", **FETCHING)
            folder = f"{ASSIGNMENT}/feedback"
            (time,) = student.server.names(folder)
            page = student.server.read(f"{folder}/{time}/{UNIT}.html")
            expect(f"Score: {marks[student.name]}" in page, f"{student.name}'s page has the mark")

    def check_closed_folders(self) -> None:
        self.say("no student can read solutions, marks, or another student's work")
        private = [self.course / name for name in CLOSED]
        private += [self.course / "submitted" / self.anna.name / NOTEBOOK]
        private += [self.anna.account.home / NOTEBOOK]
        for path in private:
            expect(path.exists(), f"{path} exists")
            expect(not self._can_read(self.bert, path), f"{path} is closed to {self.bert.name}")
        expect(self._can_read(self.anna, private[-1]), "everybody can read their own work")
        notebooks = [p for p in self.installation.prefix.rglob("*.ipynb") if UNIT in p.name]
        expect(not notebooks, f"the installation has no solutions: {notebooks}")

    def hand_in_a_link(self, inbound: Path) -> None:
        self.say(f"{self.bert.name} hands in a link to the solution, and it is not followed")
        solution = self.course / "solutions" / NOTEBOOK
        python = self.installation.prefix / "bin" / "python"
        done = self.bert.account.run(python, "-c", HAND_IN_A_LINK, inbound, ASSIGNMENT, solution)
        expect(done.returncode == 0, f"the link is made: {done.stderr}")
        try:
            self._formgrader("collect")
        except RuntimeError as refusal:
            expect("is a link" in str(refusal), f"the teacher is told: {refusal}")
        else:
            raise Unexpected("the teacher is not told of the link")
        collected = list((self.course / "submitted" / self.bert.name).rglob("*.ipynb"))
        expect(not collected, f"collected: {collected}")

    def _can_read(self, person: Person, path: Path) -> bool:
        python = self.installation.prefix / "bin" / "python"
        asking = "import os, sys; sys.exit(not os.access(sys.argv[1], os.R_OK))"
        return person.account.run(python, "-c", asking, path).returncode == 0

    def _formgrader(self, action: str) -> None:
        self.teacher.server.post(f"formgrader/api/assignment/{ASSIGNMENT}/{action}")

    def _autograder(self, *command: str) -> None:
        program = self.installation.prefix / "bin" / "autograder"
        done = self.teacher.account.run(program, *command, folder=self.course)
        text = f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        expect(done.returncode == 0, f"autograder {' '.join(command)}:\n{text}")


def expect(is_so: bool, what: str) -> None:
    if not is_so:
        raise Unexpected(what)
