"""Where this course's settings cannot be loaded, nbgrader runs no student's code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.gradebook.book import Book
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, make_course, scores


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.chdir(tmp_path)
    return make_course(tmp_path, unit)


def nbgrader(classroom: Course, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=classroom.root, capture_output=True, text=True,
    )  # fmt: skip


def forget_kernel(classroom: Course, unit: Unit) -> None:
    """Make the gradebook name the notebook's own kernel, as earlier versions did."""
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        gradebook.find_notebook(unit.name, unit.assignment).kernelspec = '{"name": "python3"}'
        gradebook.db.commit()


def test_a_broken_configuration_runs_no_code_of_a_student(classroom: Course, unit: Unit) -> None:
    forget_kernel(classroom, unit)
    Book.open(classroom).save(unit, {}, watch=print)
    trace = classroom.root / "it ran"
    hand_in(classroom, unit, "eve", {"forward": f"open({str(trace)!r}, 'w').close()"})
    config = classroom.root / "nbgrader_config.py"
    config.write_text("<<<<<<< HEAD\n" + config.read_text())

    done = nbgrader(classroom, "autograde", unit.assignment, "--create")

    assert done.returncode != 0
    assert "only-the-autograder-runs-students-code" in done.stderr
    assert not trace.exists()


def test_without_a_configuration_an_empty_gradebook_runs_nothing_either(
    classroom: Course, unit: Unit
) -> None:
    trace = classroom.root / "it ran"
    hand_in(classroom, unit, "eve", {"forward": f"open({str(trace)!r}, 'w').close()"})
    (classroom.root / "nbgrader_config.py").write_text("1 / 0")
    (classroom.root / "gradebook.db").unlink()  # the marks are in another database

    done = nbgrader(classroom, "autograde", unit.assignment, "--create")

    assert done.returncode != 0
    assert not trace.exists()


@pytest.mark.slow
def test_nbgraders_own_generating_forbids_execution_too(classroom: Course, unit: Unit) -> None:
    source = classroom.root / "solutions" / unit.assignment / f"{unit.name}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(nbformat.read(classroom.released(unit.assignment), as_version=4), source)
    forget_kernel(classroom, unit)

    done = nbgrader(classroom, "generate_assignment", unit.assignment, "--force")

    assert done.returncode == 0, done.stderr
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        kernel = gradebook.find_notebook(unit.name, unit.assignment).kernelspec
    assert "only-the-autograder-runs-students-code" in kernel
    released = nbformat.read(classroom.released(unit.assignment), as_version=4)
    assert released.metadata.kernelspec.name == "python3"
    assert scores(classroom, unit) == {}
