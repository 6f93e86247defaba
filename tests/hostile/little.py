"""A small unit without a deep-learning library, so that a hundred attacks are graded in minutes.

Course, notebook, tasks, session and sandbox are the real ones; only the questions are small.
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
from autograder.worker.interface import Student

REPOSITORY = Path(__file__).resolve().parents[2]
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"

double = Task("little/double", requires=("double",))
largest = Task("little/largest", requires=("largest",))
account = Task("little/account", requires=("Account",))


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


LITTLE = Unit("little", "9_little", None, (double, largest, account))

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
}


def make_course(root: Path) -> Course:
    """A course with the little unit and two real ones released, and a secret that is known."""
    (root / "nbgrader_config.py").touch()
    course = Course(root)
    released = course.released(LITTLE.assignment)
    released.parent.mkdir(parents=True)
    nbformat.write(_little_notebook(), released)
    for name in ("policy_network", "dqn"):
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
