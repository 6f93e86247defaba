"""A term by commands alone: twelve accounts, two units, late and repeated work, a correction."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import nbformat

from rehearsal.accounts import Account, accounts
from rehearsal.class_day import expect
from rehearsal.course_folder import Exchange, set_up
from rehearsal.installation import REPOSITORY, Installation
from rehearsal.ways import POINTS, QUESTION, UNITS, WAYS, Way

#: The second unit is one of the teacher's own, from a package that has a mistake at first.
OWN_UNIT = REPOSITORY / "examples" / "tabular_q"
CHECK = "my_course/tabular_q/actions.py"
#: In the check of `greedy`, where it stands first.
RIGHT = "np.array_equal(chosen, q[state].argmax(axis=1))"
MISTAKEN = RIGHT.replace("q[state].argmax", "-q[state].argmax")

#: Run by the teacher in the course folder, with one argument: the work is in the gradebook.
READ_MARKS = """
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as gradebook:
    found = gradebook.assignment_submissions(sys.argv[1])
    print(json.dumps({
        one.student.id: one.score - (one.late_submission_penalty or 0.0) for one in found
    }))
"""
MARK_BY_HAND = """
import json, sys
from nbgrader.api import Gradebook
assignment, notebook, cell = sys.argv[1:4]
with Gradebook("sqlite:///gradebook.db") as gradebook:
    for student, points in json.loads(sys.argv[4]).items():
        grade = gradebook.find_grade(cell, notebook, assignment, student)
        grade.manual_score, grade.needs_manual_grade = points, False
    gradebook.db.commit()
"""
EXTEND = """
import sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as gradebook:
    for student in sys.argv[2:]:
        gradebook.grant_extension(sys.argv[1], student, days=2)
"""


@dataclass(frozen=True)
class Term:
    """A course folder, its teacher, and the students with what they do."""

    teacher: Account
    students: dict[Account, Way]
    course: Path
    installation: Installation
    say: Callable[[str], None] = print

    def run(self) -> None:
        """A whole term. Raises Unexpected where a mark is not what it must be."""
        self.prepare()
        for assignment in POINTS:
            self.hand_out_and_in(assignment)
        self.say("grading, with a check that is wrong")
        self.grade()
        self.extend()
        self.grade()
        self.check_marks(corrected=False, by_hand=False)
        self.say("marks by hand")
        self.mark_by_hand()
        self.grade()
        self.check_marks(corrected=False, by_hand=True)
        self.say("the check is corrected")
        install_own_unit(self.installation, mistaken=False)
        self.check_announcement(self.autograder("grade", "tabular_q", "--diff"))
        self.check_marks(corrected=False, by_hand=True)
        self.grade()
        self.check_marks(corrected=True, by_hand=True)
        self.say("feedback and export")
        self.give_feedback()
        self.check_export()
        expect("Marks that change" not in self.grade(), "a class that is graded stays as it is")

    def prepare(self) -> None:
        """Build both units; put the roster into the gradebook."""
        self.autograder("build")
        roster = [("id", "first_name", "last_name", "email", "lms_user_id")]
        for number, student in enumerate(self.students):
            mail = f"{student.name}@uni.example"
            roster.append((student.name, student.name.title(), "Example", mail, str(number)))
        (self.course / "students.csv").write_text("\n".join(map(",".join, roster)) + "\n")
        (self.course / "students.csv").chmod(0o644)
        self.nbgrader("db", "student", "import", "students.csv")

    def hand_out_and_in(self, assignment: str) -> None:
        self.say(f"{assignment}: release, fetch, solve, submit; some late, some again")
        self.nbgrader("release_assignment", assignment)
        handing_in = {s: way for s, way in self.students.items() if way.hands_in}
        for student, way in handing_in.items():
            self.student(student, "fetch_assignment", assignment)
            if way.first_version is not None:
                self.solve(student, assignment, Way(solved=way.first_version))
                self.student(student, "submit", assignment)
            self.solve(student, assignment, way)
            if not way.late:
                self.student(student, "submit", assignment)
        due = datetime.now(timezone.utc) + timedelta(seconds=1)  # nbgrader keeps whole seconds
        self.nbgrader(
            "db", "assignment", "add", assignment, f"--duedate={due:%Y-%m-%d %H:%M:%S} UTC"
        )
        time.sleep(1)
        for student, way in handing_in.items():
            if way.late:
                self.student(student, "submit", assignment)
        self.nbgrader("collect", assignment)

    def solve(self, student: Account, assignment: str, way: Way) -> None:
        """Write the reference's answers, and the student's own, into the fetched notebook."""
        path = student.home / assignment / f"{UNITS[assignment]}.ipynb"
        reference = nbformat.read(self.course / "solutions" / assignment / path.name, as_version=4)
        answers = {cell_name(cell): cell.source for cell in reference.cells}
        answers = {name: answers[name] for name in way.solved if name in answers} | way.answers
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = answers.get(cell_name(cell), cell.source)
        nbformat.write(notebook, path)
        if way.renames:
            path.rename(path.with_stem(f"{path.stem} (1)"))

    def grade(self) -> str:
        return self.autograder("grade", "all")

    def extend(self) -> None:
        """An extension is known to the gradebook once the work is."""
        extended = [student.name for student, way in self.students.items() if way.extended]
        for assignment in POINTS:
            self.python(EXTEND, assignment, *extended)

    def mark_by_hand(self) -> None:
        assignment = "1_meet_cartpole"
        marks = {s.name: way.by_hand for s, way in self.students.items() if QUESTION in way.answers}
        self.python(MARK_BY_HAND, assignment, UNITS[assignment], QUESTION, json.dumps(marks))

    def marks_in_gradebook(self, assignment: str) -> dict[str, float]:
        marks: dict[str, float] = json.loads(self.python(READ_MARKS, assignment))
        return marks

    def check_marks(self, *, corrected: bool, by_hand: bool) -> None:
        """Each mark is what it must be: in the gradebook, in marks.csv and on the page."""
        for assignment, unit in UNITS.items():
            shown = self.marks_in_gradebook(assignment)
            with (self.course / "reports" / assignment / "marks.csv").open(
                encoding="utf-8-sig"
            ) as file:
                rows = {row["student"]: row for row in csv.DictReader(file)}
            for student, way in self.students.items():
                if not way.hands_in:
                    continue
                mark = way.mark(assignment, corrected=corrected, by_hand=by_hand)
                name = student.name
                found = {"gradebook": shown[name]}
                if rows[name]["to_grade"] == "0":
                    found["marks.csv"] = float(rows[name]["points"])
                else:
                    expect(rows[name]["points"] == "", f"{name} has no final mark yet: {rows}")
                page = self.course / "feedback" / name / assignment / f"{unit}.html"
                found["page"] = mark_of(page.read_text(encoding="utf-8"))
                expect(
                    all(abs(value - mark) < 1e-6 for value in found.values()),
                    f"{assignment}, {name}: {mark} expected, {found} found",
                )

    def check_announcement(self, text: str) -> None:
        """Exactly those whose mark the correction changes are named."""
        named = set(re.findall(r"^ +(\S+): \S+ -> ", text, re.MULTILINE))
        changed = {
            student.name
            for student, way in self.students.items()
            if way.mark("tabular_q", corrected=True, by_hand=True)
            != way.mark("tabular_q", corrected=False, by_hand=True)
        }
        expect(named == changed, f"{changed} change, {named} are named:\n{text}")

    def give_feedback(self) -> None:
        for assignment, unit in UNITS.items():
            self.nbgrader("release_feedback", assignment)
            for student, way in self.students.items():
                if not way.hands_in:
                    continue
                self.student(student, "fetch_feedback", assignment)
                pages = (student.home / assignment / "feedback").rglob(f"{unit}*.html")
                mark = way.mark(assignment, corrected=True, by_hand=True)
                texts = [page.read_text(encoding="utf-8") for page in pages]
                expect([mark_of(text) for text in texts] == [mark], f"{student.name}'s page")

    def check_export(self) -> None:
        for assignment, unit in UNITS.items():
            self.autograder("export", unit, "--format", "canvas")
            with (self.course / "reports" / assignment / "canvas.csv").open(
                encoding="utf-8-sig"
            ) as file:
                rows = list(csv.reader(file))
            marks = {row[rows[0].index("ID")]: row[-1] for row in rows[1:]}
            for number, way in enumerate(self.students.values()):
                mark = way.mark(assignment, corrected=True, by_hand=True)
                if way.hands_in:
                    expect(float(marks[str(number)]) == mark, f"canvas.csv: {rows}")

    def student(self, student: Account, command: str, assignment: str) -> None:
        self._run(student, student.home, "nbgrader", command, assignment)

    def nbgrader(self, *command: str) -> str:
        return self._run(self.teacher, self.course, "nbgrader", *command)

    def autograder(self, *command: str) -> str:
        return self._run(self.teacher, self.course, "autograder", *command)

    def python(self, *command: str) -> str:
        return self._run(self.teacher, self.course, "python", "-c", *command)

    def _run(self, account: Account, folder: Path, program: str, *command: str) -> str:
        path = self.installation.prefix / "bin" / program
        done = account.run(path, *command, folder=folder)
        expect(
            done.returncode == 0,
            f"{program} {' '.join(command)}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}",
        )
        return done.stdout


def rehearse_term(installation: Installation) -> None:
    """A term with new accounts, which are gone afterwards. Raises Unexpected."""
    names = [f"rehearsal-{name}" for name in WAYS]
    with (
        tempfile.TemporaryDirectory(prefix="rehearsal-", dir="/var/tmp") as folder,
        accounts("rehearsal-teacher", *names) as people,
    ):
        Path(folder).chmod(0o755)
        teacher, *students = people
        course = set_up(teacher, installation, Exchange.directory(Path(folder) / "exchange"))
        install_own_unit(installation, mistaken=True)
        shutil.copytree(OWN_UNIT / "solutions", course / "solutions", dirs_exist_ok=True)
        (course / "units.txt").write_text("meet_cartpole\ntabular_q\n")
        with (course / "nbgrader_config.py").open("a") as file:
            file.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
        teacher.own(course)
        Term(teacher, dict(zip(students, WAYS.values(), strict=True)), course, installation).run()


def install_own_unit(installation: Installation, *, mistaken: bool) -> None:
    """Install the package of the teacher's own unit, with the mistake in its check or without."""
    with tempfile.TemporaryDirectory() as folder:
        copy, wheels = Path(folder) / "package", Path(folder) / "wheels"
        shutil.copytree(OWN_UNIT, copy)
        if mistaken:
            text = (copy / CHECK).read_text()
            expect(RIGHT in text, f"{CHECK} has the check that is to be mistaken")
            (copy / CHECK).write_text(text.replace(RIGHT, MISTAKEN, 1))
        for command in (
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps",
             "--no-build-isolation", "--wheel-dir", wheels, copy],
            [installation.prefix / "bin" / "pip", "install", "--quiet", "--no-deps",
             "--no-index", "--force-reinstall", "--find-links", wheels, "my_course"],
        ):  # fmt: skip
            subprocess.run(command, check=True, umask=0o022)


def cell_name(cell: nbformat.NotebookNode) -> str | None:
    name: str | None = cell.metadata.get("nbgrader", {}).get("grade_id")
    return name


def mark_of(page: str) -> float:
    """The final mark on a feedback page."""
    score = re.search(r"\(Score: ([\d.]+) / [\d.]+\)", page)
    expect(score is not None, "the page has a score")
    penalty = re.search(r"penalty: ([\d.]+)", page, re.IGNORECASE)
    return float(score[1]) - (float(penalty[1]) if penalty else 0.0)
