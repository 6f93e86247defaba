"""One grader at a time for a unit, whichever command each of them uses."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbgrader.converters.base import NbGraderException

from autograder.class_run import grade_class
from autograder.course import Course, CourseError
from autograder.gradebook.locks import convert_under_lock, grading
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result

ASSIGNMENT = "2_policy_network"


@pytest.fixture
def unit() -> Unit:
    return unit_named(ASSIGNMENT)


def is_free(course: Course) -> bool:
    try:
        with grading(course, ASSIGNMENT):
            return True
    except CourseError:
        return False


def converter(
    course: Course, convert: Callable[[], None], groupshared: bool = False
) -> SimpleNamespace:
    """As much of one of nbgrader's converters as the lock asks for."""
    coursedir = SimpleNamespace(
        root=str(course.root), assignment_id=ASSIGNMENT, groupshared=groupshared
    )
    return SimpleNamespace(coursedir=coursedir, log=logging.getLogger(), convert_notebooks=convert)


@pytest.mark.parametrize("command", ["autograde", "generate_feedback"])
def test_nbgraders_commands_change_nothing_while_somebody_else_grades(
    tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    course = make_course(tmp_path, unit)
    keep(course, unit, hand_in(course, unit, "anna", {}), make_result(unit))
    assert grade_class(course, unit) == 0
    written = [
        path
        for folder in ("autograded", "feedback")
        for path in (tmp_path / folder).rglob("*")
        if path.is_file()
    ]
    times = [path.stat().st_mtime_ns for path in written]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", command, ASSIGNMENT, "--force"],
            capture_output=True, text=True,
        )  # fmt: skip

    with grading(course, ASSIGNMENT):
        refused = run()

    assert refused.returncode == 1
    assert f"{ASSIGNMENT} is being graded by" in refused.stderr
    assert f"(process {os.getpid()}, since" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert [path.stat().st_mtime_ns for path in written] == times
    assert run().returncode == 0


def test_a_command_holds_the_lock_from_its_preparation_to_its_end(tmp_path: Path) -> None:
    course = Course(tmp_path)
    free: dict[str, bool] = {}

    def convert() -> None:
        free["at work"] = is_free(course)

    command = converter(course, convert)
    convert_under_lock(command, lambda: free.update(preparing=is_free(course)))
    assert is_free(course), "what only makes an exporter takes no lock"

    command.convert_notebooks()

    assert free == {"preparing": False, "at work": False}
    assert is_free(course)


def test_a_command_that_fails_leaves_the_lock(tmp_path: Path) -> None:
    def fail() -> None:
        raise NbGraderException

    command = converter(Course(tmp_path), fail)
    convert_under_lock(command, lambda: None)
    with pytest.raises(NbGraderException):
        command.convert_notebooks()

    assert is_free(Course(tmp_path))


def test_in_a_course_of_several_a_colleague_can_read_who_holds_the_lock(tmp_path: Path) -> None:
    folder = tmp_path / ".autograder" / "locks"
    modes = []

    def convert() -> None:
        modes.extend(stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir()))

    command = converter(Course(tmp_path), convert, groupshared=True)
    convert_under_lock(command, lambda: None)
    command.convert_notebooks()

    assert modes == [0o2770, 0o660]
