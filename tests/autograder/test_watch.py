"""What arrives is graded, everybody in turn, until it is stopped."""

from __future__ import annotations

import getpass
import os
import signal
import sqlite3
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

import autograder.watch as watching
from autograder.class_run import StudentOutcome
from autograder.course import Course, CourseError
from autograder.grading import judging
from autograder.results import Status
from autograder.units import Unit, unit_named
from autograder.watch import Watch
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result, scores

ME = getpass.getuser()
#: What became of each student.
Arrived = dict[str, StudentOutcome]


@pytest.fixture(autouse=True)
def _own_handler() -> Iterator[None]:
    """A watch that runs here takes the handler of SIGTERM."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


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

    def grade(course: Course, unit: Unit, students: list[str], **how: object) -> Arrived:
        graded.append(list(students))
        return dict.fromkeys(students, StudentOutcome("graded", done=True))

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

    def refuse(*_: object, **__: object) -> Arrived:
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


def test_a_unit_that_cannot_be_graded_keeps_no_other_unit_waiting(
    classroom: Course, unit: Unit, order: list[list[str]], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    grade, other = watching.grade_arrived, unit_named("actor_critic")

    def grade_one_unit(course: Course, of: Unit, students: list[str], **how: object) -> Arrived:
        if of is unit:
            raise OSError(28, "No space left on device")
        return grade(course, of, students)

    monkeypatch.setattr(watching, "grade_arrived", grade_one_unit)
    watch = Watch(classroom, [unit, other], jobs=1)
    arrive(classroom, unit, "anna")
    for student in ("bert", "carl"):
        arrive(classroom, other, student)
    settle(watch)

    assert watch.grade_next() and watch.grade_next() and not watch.grade_next()

    assert order == [["bert"], ["carl"]]
    assert capsys.readouterr().err.count("No space left on device") == 1


def test_who_waits_and_is_written_again_waits_until_it_is_whole(
    classroom: Course, unit: Unit, order: list[list[str]]
) -> None:
    watch = Watch(classroom, [unit])
    arrive(classroom, unit, "anna", "whole")
    settle(watch)
    arrive(classroom, unit, "anna", "half of the next version")
    watch.look()

    assert not watch.grade_next()

    watch.look()
    assert watch.grade_next()


def test_a_decomposed_name_is_the_students(
    classroom: Course, unit: Unit, order: list[list[str]]
) -> None:
    watch = Watch(classroom, [unit])
    arrive(classroom, unit, unicodedata.normalize("NFD", "müller"))
    settle(watch)
    watch.grade_next()

    assert order == [["müller"]]


def test_work_without_a_mark_is_graded_again_after_pauses_that_grow(
    classroom: Course, unit: Unit, order: list[list[str]], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    clock, tried = [0.0], []
    monkeypatch.setattr(watching, "time", SimpleNamespace(monotonic=lambda: clock[0]))

    def fail(course: Course, unit: Unit, students: list[str], **how: object) -> Arrived:
        tried.append(clock[0])
        return dict.fromkeys(students, StudentOutcome("no feedback page: full", done=False))

    grade = watching.grade_arrived
    monkeypatch.setattr(watching, "grade_arrived", fail)
    watch = Watch(classroom, [unit])
    arrive(classroom, unit, "anna")
    for clock[0] in range(0, 400, 10):
        watch.look()
        watch.grade_next()

    assert tried == [10, 70, 190]
    assert capsys.readouterr().out.count("no feedback page: full") == 1

    monkeypatch.setattr(watching, "grade_arrived", grade)
    arrive(classroom, unit, "anna", "a new version waits for nothing")
    settle(watch)
    assert watch.grade_next()
    settle(watch)
    assert not watch.grade_next() and order == [["anna"]]


def test_a_page_that_could_not_be_written_is_written_later(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(watching, "PAUSE", 0.0)
    keep(classroom, unit, hand_in(classroom, unit, "anna", {}), make_result(unit))
    feedback = classroom.root / "feedback"
    feedback.write_text("a file where the folder should be")
    watch = Watch(classroom, [unit])
    settle(watch)
    assert watch.grade_next()
    assert "no feedback page" in capsys.readouterr().out

    feedback.unlink()
    settle(watch)
    assert watch.grade_next()

    assert f"{unit.max_points:g} of" in capsys.readouterr().out
    assert (feedback / "anna" / unit.assignment / f"{unit.name}.html").exists()
    settle(watch)
    assert not watch.grade_next()


def test_who_handed_in_no_notebook_is_told_so_once(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(watching, "PAUSE", 0.0)
    keep(classroom, unit, hand_in(classroom, unit, "berta", {}), make_result(unit))
    folder = classroom.root / "submitted" / "anna" / unit.assignment
    folder.mkdir(parents=True)
    (folder / "essay.docx").write_text("my essay")
    watch = Watch(classroom, [unit])
    settle(watch)
    assert watch.grade_next()
    assert "essay.docx" in capsys.readouterr().out

    settle(watch)
    assert not watch.grade_next()


def test_an_agent_that_the_grader_could_not_train_is_judged_again(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(watching, "PAUSE", 0.0)
    hand_in(classroom, unit, "anna", {})
    watch = Watch(classroom, [unit], jobs=1)
    for status, said in ((Status.AGENT_ERROR, "agent not graded"), (Status.OK, "27 of 29")):
        result = make_result(unit, status=status)
        monkeypatch.setattr(judging, "grade_file", lambda *_, result=result: result)
        settle(watch)

        assert watch.grade_next()

        assert said in capsys.readouterr().out


def test_an_outage_of_the_gradebook_does_not_end_the_collecting(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    submit(classroom, unit)
    with closing(sqlite3.connect(classroom.root / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        steps = iter([other.rollback, lambda: None, lambda: None, _stop])
        clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: next(steps)())
        monkeypatch.setattr(watching, "time", clock)

        assert Watch(classroom, [unit]).run(1, from_exchange=True) == watching.STOPPED

    assert "locked" in capsys.readouterr().err
    assert scores(classroom, unit) == {ME: unit.max_points}


def test_an_exchange_that_is_away_is_said_once_and_other_work_is_graded(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    set_exchange(classroom, classroom.root / "nowhere")
    keep(classroom, unit, hand_in(classroom, unit, "anna", {}), make_result(unit))
    steps = iter([lambda: None, lambda: None, lambda: None, _stop])
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: next(steps)())
    monkeypatch.setattr(watching, "time", clock)

    Watch(classroom, [unit]).run(1, from_exchange=True)

    assert capsys.readouterr().err.count("was not collected completely") == 1
    assert scores(classroom, unit) == {"anna": unit.max_points}


def _stop() -> None:
    raise KeyboardInterrupt


def set_exchange(classroom: Course, exchange: Path) -> None:
    with (classroom.root / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.Exchange.root = {str(exchange)!r}\n")


def submit(classroom: Course, unit: Unit) -> None:
    """What `nbgrader submit` leaves in the exchange."""
    path = hand_in(classroom, unit, ME, {})
    keep(classroom, unit, path, make_result(unit))
    set_exchange(classroom, classroom.root / "exchange")
    inbound = classroom.root / "exchange" / "reinforcement-learning" / "inbound"
    inbound.mkdir(parents=True)
    path.parent.rename(inbound / f"{ME}+{unit.assignment}+2026-03-01 12:00:00 UTC+abc")


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
