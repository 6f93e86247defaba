"""nbgrader's own way through an exchange folder: from release to the student's feedback."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.class_run import grade_class
from autograder.course import Course
from autograder.gradebook.book import Book
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import keep, make_course, make_result, scores

ME = getpass.getuser()


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


class Term:
    """An instructor's course, a student's home, and the exchange between them."""

    def __init__(self, root: Path, unit: Unit) -> None:
        self.unit = unit
        (root / "course").mkdir()
        self.course: Course = make_course(root / "course", unit)
        self.home = root / "home"
        self.home.mkdir()
        exchange = root / "exchange"
        exchange.mkdir()
        exchange.chmod(0o777)
        line = f"c.Exchange.root = {str(exchange)!r}\n"
        with (self.course.root / "nbgrader_config.py").open("a") as file:
            file.write(line)
        config = "c = get_config()\nc.CourseDirectory.course_id = 'reinforcement-learning'\n"
        (self.home / "nbgrader_config.py").write_text(config + line)
        self.environment = os.environ | {"JUPYTER_DATA_DIR": str(root / "data")}

    def run(self, where: Path, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=where, env=self.environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stderr

    def student(self, command: str) -> str:
        return self.run(self.home, command, self.unit.assignment)

    def instructor(self, command: str, *options: str) -> str:
        return self.run(self.course.root, command, self.unit.assignment, *options)

    def solve(self, text: str) -> None:
        path = self.home / self.unit.assignment / f"{self.unit.name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        next(cell for cell in notebook.cells if cell.id == "forward").source = text
        nbformat.write(notebook, path)

    def know_result(self, share: float) -> None:
        """Keep a result for what was collected, as if it had been graded."""
        folder = self.course.root / "submitted" / ME / self.unit.assignment
        keep(
            self.course,
            self.unit,
            folder / f"{self.unit.name}.ipynb",
            make_result(self.unit, share),
        )

    def feedback(self) -> str:
        self.student("fetch_feedback")
        folder = self.home / self.unit.assignment / "feedback"
        pages = sorted(folder.rglob("*.html"))
        return pages[-1].read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_submission_and_a_resubmission_are_graded_and_their_feedback_reaches_the_student(
    tmp_path: Path, unit: Unit
) -> None:
    term = Term(tmp_path, unit)
    term.instructor("release_assignment")
    term.student("fetch_assignment")

    for text, share in (("first = 1", 0.5), ("second = 2", 1.0)):
        term.solve(text)
        term.student("submit")
        term.instructor("collect", "--update")
        term.know_result(share)
        term.instructor("autograde")
        term.instructor("generate_feedback")
        term.instructor("release_feedback")

        assert scores(term.course, unit) == {ME: unit.max_points * share}
        assert f"Score: {unit.max_points * share}" in term.feedback()


@pytest.mark.slow
def test_what_is_watched_comes_out_of_the_exchange(tmp_path: Path, unit: Unit) -> None:
    term = Term(tmp_path, unit)
    term.instructor("release_assignment")
    term.student("fetch_assignment")
    folder = term.course.root / "submitted" / ME / unit.assignment

    for text in ("first = 1", "second = 2"):
        term.solve(text)
        term.student("submit")
        Book.open(term.course).collect(unit)

        assert text in (folder / f"{unit.name}.ipynb").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_feedback_of_a_renamed_notebook_reaches_the_student(tmp_path: Path, unit: Unit) -> None:
    term = Term(tmp_path, unit)
    term.instructor("release_assignment")
    term.student("fetch_assignment")
    path = term.home / unit.assignment / f"{unit.name}.ipynb"
    renamed = path.rename(path.with_stem(f"{unit.name} (1)"))
    term.student("submit")
    term.instructor("collect")
    collected = term.course.root / "submitted" / ME / unit.assignment / renamed.name
    keep(term.course, unit, collected, make_result(unit, 0.5))
    assert grade_class(term.course, unit, jobs=1) == 0

    term.instructor("release_feedback")

    assert f"Score: {unit.max_points * 0.5}" in term.feedback()
