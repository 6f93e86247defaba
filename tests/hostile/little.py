"""A small unit without a deep-learning library, so that a hundred attacks are graded in minutes.

Course, notebook, tasks, session and sandbox are the real ones; only the questions are small. They
are of every kind that a unit has: values, objects, test doubles, files for another process, and
questions whose answers are in the checks as digests.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.checks.expect import expect, expect_close
from autograder.checks.task import Task
from autograder.course import Course
from autograder.units import Unit, unit_named
from autograder.units.shared.questions import Matching, Numbers, QuestionTask, Rows, parts_digest
from autograder.worker.interface import Returned, Student

REPOSITORY = Path(__file__).resolve().parents[2]
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"

double = Task("little/double", requires=("double",))
largest = Task("little/largest", requires=("largest",))
account = Task("little/account", requires=("Account",))
summed = Task("little/summed", requires=("summed",))
store = Task("little/store", requires=("keep", "read_back"))
reading = QuestionTask(
    "little/reading",
    (
        Numbers("sums", "Add again.", points=1, values=(3.5, 11.0, -2.25)),
        Matching(
            "letters",
            "Look again.",
            points=1,
            items=("one", "two", "three"),
            options="abcdef",
            digest=parts_digest("little/reading", "letters", "fbd"),
        ),
        Rows(
            "rows",
            "Look again.",
            points=1,
            rows=6,
            digest=parts_digest("little/reading", "rows", "0,3,4"),
        ),
    ),
)


@double.check("twice_the_numbers", points=2)
def twice_the_numbers(student: Student, random: np.random.Generator) -> None:
    for _ in range(3):
        numbers = random.normal(size=(4, 3))
        expect_close(student.call("double", numbers), 2 * numbers, "wrong", "Twice each number.")


@largest.check("index_of_the_largest", points=2)
def index_of_the_largest(student: Student, random: np.random.Generator) -> None:
    for _ in range(3):
        rows = random.normal(size=(6, 5))
        expect_close(student.call("largest", rows), rows.argmax(axis=1), "wrong", "The largest.")


@account.check("adds_up", points=2)
def adds_up(student: Student, random: np.random.Generator) -> None:
    made = student.call("Account")
    total = 0
    for amount in random.integers(1, 100, size=5):
        made.call("add", int(amount))
        total += int(amount)
        expect(made.get("total") == total, "wrong", "The sum of what was added.")


@summed.check("adds_the_doubles", points=2)
def adds_the_doubles(student: Student, random: np.random.Generator) -> None:
    for _ in range(2):
        numbers, answers = random.normal(size=(2, 3)), random.normal(size=(2, 3))
        with student.doubles():
            asked = student.double("double", ("x",), Returned((answers,)))
            found = student.call("summed", numbers)
            expect(asked.get("count") == 1, "not_asked", "Call double once.")
            expect_close(asked.call("given", 0, "x"), numbers, "other_numbers", "All numbers.")
        expect_close(found, answers.sum(), "wrong", "The sum of the doubles.")


@store.check("comes_back_in_another_process", points=2)
def comes_back_in_another_process(student: Student, random: np.random.Generator) -> None:
    numbers = random.normal(size=(3, 2))
    path = student.temporary_path("kept")
    student.call("keep", numbers, path)
    content = student.read_file(path)
    assert content is not None
    with student.fresh() as other:
        found = other.call("read_back", other.write_file("moved", content))
    expect_close(found, numbers, "wrong", "The numbers that were kept.")


LITTLE = Unit("little", "9_little", None, (double, largest, account, summed, store, reading))

SOLVED = {
    "double": "def double(x):\n    return 2 * x",
    "largest": "def largest(x):\n    return x.argmax(axis=1)",
    "account": (
        "class Account:\n"
        "    def __init__(self):\n"
        "        self.total = 0\n\n"
        "    def add(self, amount):\n"
        "        self.total += amount"
    ),
    "summed": "def summed(x):\n    return double(x).sum()",
    "store": (
        "def keep(x, path):\n"
        "    with open(path, 'wb') as file:\n"
        "        np.save(file, x)\n\n"
        "def read_back(path):\n"
        "    return np.load(path)"
    ),
    "reading": (
        "def reading():\n"
        "    return {'sums': [3.5, 11.0, -2.25], 'letters': 'fbd', 'rows': [0, 3, 4]}"
    ),
}


def make_course(root: Path) -> Course:
    """A course with the little unit and four real ones released, and a secret that is known."""
    (root / "nbgrader_config.py").touch()
    course = Course(root)
    released = course.released(LITTLE.assignment)
    released.parent.mkdir(parents=True)
    nbformat.write(_little_notebook(), released)
    for name in ("policy_network", "dqn", "dqn_keras", "double_dqn_keras"):
        copy = course.released(unit_named(name).assignment)
        copy.parent.mkdir(parents=True)
        shutil.copy(Course(REPOSITORY).released(unit_named(name).assignment), copy)
    secret = root / ".autograder" / "secret"
    secret.parent.mkdir(mode=0o700)
    secret.write_text("5e" * 32, encoding="ascii")
    secret.chmod(0o600)
    return course


def _little_notebook() -> nbformat.NotebookNode:
    setup = "import numpy as np\n\nfrom autograder import check, start_unit\n\nstart_unit('little')"
    cells = [new_markdown_cell("# A little unit", id="title"), new_code_cell(setup, id="setup")]
    for task in LITTLE.tasks:
        short = task.name.split("/")[1]
        cells.append(_cell(short, STUB, solution=True))
        source = f'check("{task.name}", {task.requires[0]})'
        cells.append(_cell(f"check-{short}", source, grade=True, points=task.points))
    return new_notebook(cells=cells)


def _cell(grade_id: str, source: str, **flags: object) -> nbformat.NotebookNode:
    cell = new_code_cell(source, id=grade_id)
    nbgrader = {"grade": False, "solution": False, "locked": "grade" in flags, "task": False}
    cell.metadata["nbgrader"] = nbgrader | flags | {"grade_id": grade_id, "schema_version": 3}
    return cell
