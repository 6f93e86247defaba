"""kill -9 at any moment of a class run: the next run gives what an undisturbed one gives."""

from __future__ import annotations

import ctypes
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook

from autograder.authoring.edits import reference
from autograder.course import Course
from autograder.grading.records import as_json, read_result
from autograder.units import unit_named
from tests.living import is_alive

REPOSITORY = Course(Path(__file__).resolve().parents[3])
UNIT = unit_named("meet_cartpole")
KILLS = 12
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: orphans become our children, and are found


def make_class(root: Path) -> Course:
    """A course with a class whose members solved everything, some, nothing, or broke the file."""
    root.mkdir()
    shutil.copy(REPOSITORY.root / "nbgrader_config.py", root)
    course = Course(root)
    released = course.released(UNIT.assignment)
    released.parent.mkdir(parents=True)
    shutil.copy(REPOSITORY.released(UNIT.assignment), released)
    secret = root / ".autograder" / "secret"
    secret.parent.mkdir(mode=0o700)
    secret.write_text("ab" * 32, encoding="ascii")
    solved = {cell.name: cell.source for cell in reference(UNIT, REPOSITORY).cells if cell.solution}
    first = next(iter(sorted(name for name in solved if not name.startswith("question"))))
    hand_in(course, "anna", solved)
    hand_in(course, "berta", {name: text for name, text in solved.items() if name != first})
    hand_in(course, "clara", {})
    hand_in(course, "dora", {**solved, first: "import os\nos._exit(7)"})
    hand_in(course, "emma", {first: solved[first]})
    hand_in(course, "fanny", solved).write_text("no notebook")
    return course


def hand_in(course: Course, student: str, answers: dict[str, str]) -> Path:
    notebook = nbformat.read(course.released(UNIT.assignment), as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    path = course.root / "submitted" / student / UNIT.assignment / f"{UNIT.name}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    return path


def start(course: Course) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "autograder.cli", "grade", UNIT.name, "--jobs", "2"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY.root)}
    return subprocess.Popen(
        command, cwd=course.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def run(course: Course) -> None:
    process = start(course)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output.decode()


def gradebook(course: Course) -> dict[str, Any]:
    """Everything that marks are made of, student by student."""
    book = {}
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as opened:
        for submission in opened.assignment_submissions(UNIT.assignment):
            (notebook,) = submission.notebooks
            book[submission.student.id] = {
                "score": submission.score,
                "needs grading by hand": submission.needs_manual_grade,
                "cells": {
                    grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                    for grade in notebook.grades
                },
            }
    return book


def results(course: Course) -> set[str]:
    """The kept records, without the seconds they took; each is whole."""
    found = set()
    for path in course.results.rglob("*"):
        if path.is_file():
            result = read_result(path)
            assert path.suffix == ".part" or result is not None
            if result is not None and path.suffix == ".json":
                found.add(json.dumps(as_json(result.without_timing()), sort_keys=True))
    return found


def pages(course: Course) -> set[str]:
    return {path.parent.parent.name for path in (course.root / "feedback").rglob("*.html")}


def still_there(names: Callable[[psutil.Process], bool]) -> list[str]:
    """Command lines of processes below this one, which were orphaned or not."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if is_alive(child) and names(child):
                found.append(" ".join(child.cmdline()))
        except psutil.NoSuchProcess:
            pass
    return found


def is_of_a_sandbox(process: psutil.Process) -> bool:
    line = " ".join(process.cmdline())
    return "bwrap" in line or "sandbox/worker.py" in line


@pytest.mark.slow
def test_a_killed_run_leaves_what_an_undisturbed_one_leaves(tmp_path):
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    undisturbed = make_class(tmp_path / "undisturbed")
    began = time.monotonic()
    run(undisturbed)
    whole = time.monotonic() - began
    expected = gradebook(undisturbed)
    assert expected["anna"]["score"] > expected["berta"]["score"] > 0

    chance = random.Random(5)
    killed = 0
    course = make_class(tmp_path / "killed 0")
    while killed < KILLS:
        process = start(course)
        try:
            process.wait(timeout=chance.uniform(0, whole))
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        output, _ = process.communicate()
        assert process.returncode in (0, -signal.SIGKILL), output.decode()
        gone = time.monotonic() + 10
        while still_there(is_of_a_sandbox) and time.monotonic() < gone:
            time.sleep(0.1)
        assert still_there(is_of_a_sandbox) == []
        if process.returncode == 0 or killed % 4 == 0:  # so many times in a row, then to the end
            run(course)
            assert gradebook(course) == expected
            assert results(course) == results(undisturbed)
            assert pages(course) == pages(undisturbed)
            course = make_class(tmp_path / f"killed {time.monotonic_ns()}")
