"""What arrives is graded, everybody in turn, until it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import autograder.watch as watching
from autograder.course import Course, CourseError
from autograder.units import Unit, unit_named
from autograder.watch import Watch
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result, scores


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.chdir(tmp_path)
    return make_course(tmp_path, unit)


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Who was graded together, in order; the grading itself is left out."""
    graded: list[list[str]] = []

    def grade(course: Course, unit: Unit, students: list[str], **how: object) -> dict[str, str]:
        graded.append(list(students))
        return dict.fromkeys(students, "graded")

    monkeypatch.setattr(watching, "grade_arrived", grade)
    return graded


def arrive(classroom: Course, unit: Unit, student: str, text: str = "x") -> None:
    path = classroom.root / "submitted" / student / unit.assignment / f"{unit.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def settle(watch: Watch) -> None:
    watch.look()
    watch.look()


def test_who_hands_in_again_and_again_waits_behind_the_others(
    classroom: Course, unit: Unit, order: list[list[str]]
) -> None:
    watch = Watch(classroom, [unit], jobs=1)
    arrive(classroom, unit, "anna", "first")
    settle(watch)
    assert watch.grade_next()
    arrive(classroom, unit, "anna", "second")
    for student in ("bert", "carl"):
        arrive(classroom, unit, student)
    settle(watch)
    watch.grade_next()
    arrive(classroom, unit, "anna", "third one")
    settle(watch)
    watch.grade_next()
    watch.grade_next()

    assert order == [["anna"], ["bert"], ["carl"], ["anna"]]
    assert not watch.grade_next()


def test_as_many_are_graded_at_once_as_run_in_parallel(
    classroom: Course, unit: Unit, order: list[list[str]]
) -> None:
    for student in ("anna", "bert", "carl"):
        arrive(classroom, unit, student)
    watch = Watch(classroom, [unit], jobs=2)
    settle(watch)
    while watch.grade_next():
        pass

    assert order == [["anna", "bert"], ["carl"]]


def test_a_folder_that_is_still_being_written_waits(
    classroom: Course, unit: Unit, order: list[list[str]]
) -> None:
    watch = Watch(classroom, [unit])
    arrive(classroom, unit, "anna", "half")
    watch.look()
    arrive(classroom, unit, "anna", "half of it, and the rest")
    watch.look()

    assert not watch.grade_next()

    watch.look()
    assert watch.grade_next()


def test_what_stands_in_the_way_is_said_once_and_tried_again(
    classroom: Course, unit: Unit, order: list[list[str]], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    grade = watching.grade_arrived

    def refuse(*_: object, **__: object) -> dict[str, str]:
        raise CourseError("The gradebook is away.")

    watch = Watch(classroom, [unit])
    arrive(classroom, unit, "anna")
    settle(watch)
    monkeypatch.setattr(watching, "grade_arrived", refuse)
    assert not watch.grade_next()
    assert not watch.grade_next()
    assert capsys.readouterr().err.count("The gradebook is away.") == 1

    monkeypatch.setattr(watching, "grade_arrived", grade)
    assert watch.grade_next()
    assert order == [["anna"]]


def test_the_command_grades_until_it_is_told_to_stop(classroom: Course, unit: Unit) -> None:
    path = hand_in(classroom, unit, "anna", {"forward": "# mine"})
    keep(classroom, unit, path, make_result(unit))
    command = [sys.executable, "-m", "autograder.cli", "watch", unit.name, "--every", "1"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    process = subprocess.Popen(
        command, cwd=classroom.root, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = [process.stdout.readline(), process.stdout.readline()]
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)

    assert f"{unit.name}: anna: {unit.max_points:g} of {unit.max_points + 2:g}" in lines[1]
    assert "Stopped." in rest
    assert process.returncode == 0
    assert scores(classroom, unit) == {"anna": unit.max_points}
