"""Rounds of attempts: other numbers in each round, the best or the last attempt counts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.class_run import grade_class, preview_class, report_class
from autograder.course import Course
from autograder.grading.attempts import attempts_of
from autograder.grading.hand_ins import LATE
from autograder.grading.rounds import Rounds, begin_round, round_name
from autograder.grading.timestamps import handed_in_at
from autograder.results import CheckResult, Result
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result, scores


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.chdir(tmp_path)
    return make_course(tmp_path, unit)


def attempt(
    classroom: Course, unit: Unit, share: float, round: int = 1, time: str | None = None
) -> Path:
    """Hand in a notebook of its own, whose result in this round is known."""
    shutil.rmtree(classroom.root / "submitted" / "anna", ignore_errors=True)
    path = hand_in(classroom, unit, "anna", {"forward": f"# worth {share} in round {round}"})
    know(classroom, unit, path, make_result(unit, share), round)
    if time:
        (path.parent / "timestamp.txt").write_text(time)
    return path


def know(classroom: Course, unit: Unit, path: Path, result: Result, round: int = 1) -> None:
    keep(classroom.in_round(round_name(unit, round)), unit, path, result)


def page(classroom: Course, unit: Unit) -> str:
    path = classroom.root / "feedback" / "anna" / unit.assignment / f"{unit.name}.html"
    return path.read_text(encoding="utf-8")


def mark(classroom: Course, unit: Unit) -> float:
    return scores(classroom, unit)["anna"]


def test_each_round_has_a_secret_of_its_own(classroom: Course, unit: Unit) -> None:
    first, second = (classroom.in_round(round_name(unit, number)) for number in (1, 2))

    secrets = {classroom.secret(), first.secret(), second.secret()}

    assert len(secrets) == 3
    assert first.secret() == classroom.in_round(round_name(unit, 1)).secret()


def test_the_best_attempt_counts(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds(counts="best"))
    for share in (0.5, 1.0, 0.25):
        attempt(classroom, unit, share)
        assert grade_class(classroom, unit) == 0

    assert mark(classroom, unit) == unit.max_points
    assert "attempt 2 of 3 counts (best)" in page(classroom, unit)


def test_the_last_attempt_counts_where_that_is_wanted(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds(counts="last"))
    for share in (1.0, 0.5):
        attempt(classroom, unit, share)
        grade_class(classroom, unit)

    assert mark(classroom, unit) == unit.max_points / 2


def test_an_attempt_keeps_the_numbers_of_its_round(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds())
    attempt(classroom, unit, 1.0, round=1)
    grade_class(classroom, unit)
    begin_round(classroom, unit, Rounds())

    grade_class(classroom, unit)  # nothing new was handed in
    assert [one.round for one in attempts_of(classroom, unit, "anna")] == [1]
    attempt(classroom, unit, 0.5, round=2)
    grade_class(classroom, unit)

    assert [one.round for one in attempts_of(classroom, unit, "anna")] == [1, 2]
    assert mark(classroom, unit) == unit.max_points


def test_nobody_has_more_attempts_than_the_limit(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_round(classroom, unit, Rounds(limit=2))
    for share in (0.25, 0.5, 1.0):
        attempt(classroom, unit, share)
        grade_class(classroom, unit)

    assert mark(classroom, unit) == unit.max_points / 2
    assert "all 2 attempts are used: what came later is not graded" in capsys.readouterr().out


def test_a_preview_uses_up_no_attempt_and_judges_the_next_one_in_the_current_round(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_round(classroom, unit, Rounds(limit=2))
    attempt(classroom, unit, 0.25, round=1)
    grade_class(classroom, unit)
    begin_round(classroom, unit, Rounds(limit=2))
    path = attempt(classroom, unit, 0.5, round=2)
    before = path.read_bytes()
    capsys.readouterr()

    for _ in range(2):
        assert preview_class(classroom, unit) == 0

    assert [one.round for one in attempts_of(classroom, unit, "anna")] == [1]
    quarter, half = f"{unit.max_points / 4:g}", f"{unit.max_points / 2:g}"
    assert capsys.readouterr().out.count(f"anna: {quarter} -> {half}") == 2
    assert path.read_bytes() == before
    attempt(classroom, unit, 1.0, round=2)
    grade_class(classroom, unit)
    assert mark(classroom, unit) == unit.max_points


def test_a_preview_says_nothing_of_an_attempt_that_is_one_too_many(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_round(classroom, unit, Rounds(limit=1))
    attempt(classroom, unit, 0.5)
    grade_class(classroom, unit)
    attempt(classroom, unit, 1.0)

    preview_class(classroom, unit)

    assert "No mark in the gradebook changes." in capsys.readouterr().out


def test_a_preview_knows_the_penalty_of_the_attempt_that_would_count(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    with (classroom.root / "nbgrader_config.py").open("a") as file:
        file.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(unit.assignment, duedate="2026-03-02 00:00:00 UTC")
    begin_round(classroom, unit, Rounds(counts="last"))
    attempt(classroom, unit, 0.5, time="2026-03-01 12:00:00 UTC")
    grade_class(classroom, unit)
    attempt(classroom, unit, 1.0, time="2026-03-03 12:00:00 UTC")

    preview_class(classroom, unit)

    most = f"{unit.max_points:g}"
    assert f"penalty for lateness 0 -> {most}" in capsys.readouterr().out


def test_what_is_not_graded_yet_is_not_called_refused(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_round(classroom, unit, Rounds())
    attempt(classroom, unit, 0.5)
    grade_class(classroom, unit)
    attempt(classroom, unit, 1.0)
    capsys.readouterr()

    report_class(classroom, unit)

    assert "attempts are used" not in capsys.readouterr().out


def test_an_attempt_in_a_folder_below_keeps_its_time(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds())
    path = attempt(classroom, unit, 1.0, time="2026-03-03 12:00:00 UTC")
    (path.parent / "work").mkdir()
    path.rename(path.parent / "work" / path.name)

    grade_class(classroom, unit)

    (kept,) = attempts_of(classroom, unit, "anna")
    assert (kept.folder / "timestamp.txt").read_text() == "2026-03-03 12:00:00 UTC"


def test_a_guess_about_the_files_of_an_attempt_is_a_remark(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    begin_round(classroom, unit, Rounds())
    path = attempt(classroom, unit, 1.0)
    released = classroom.released(unit.assignment)
    shutil.copy(released, path.parent / "untouched.ipynb")

    grade_class(classroom, unit)

    remark = f"several notebooks were handed in: {path.name} was graded"
    assert remark in capsys.readouterr().out
    assert remark in page(classroom, unit)


def test_feedback_may_end_at_the_first_failed_check(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds(first_failed_only=True))
    path = attempt(classroom, unit, 0.5)
    know(classroom, unit, path, with_checks(make_result(unit, 0.5)))

    grade_class(classroom, unit)

    text = page(classroom, unit)
    assert "the first one is wrong" in text and "the second one is wrong" not in text
    report = classroom.root / "reports" / unit.assignment / "class.html"
    assert "the second one is wrong" in report.read_text(encoding="utf-8")

    begin_round(classroom, unit, Rounds(first_failed_only=False))
    grade_class(classroom, unit)
    assert "the second one is wrong" in page(classroom, unit)


def test_nbgraders_own_command_gives_the_same_mark(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds())
    attempt(classroom, unit, 1.0)
    grade_class(classroom, unit)
    attempt(classroom, unit, 0.5)

    command = [sys.executable, "-m", "nbgrader", "autograde", unit.assignment, "--force"]
    subprocess.run(command, cwd=classroom.root, check=True, capture_output=True)

    assert mark(classroom, unit) == unit.max_points
    assert len(attempts_of(classroom, unit, "anna")) == 2
    assert report_class(classroom, unit) == 0


def test_lateness_is_that_of_the_attempt_that_counts(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds())
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(unit.assignment, duedate="2026-03-02 00:00:00 UTC")
    attempt(classroom, unit, 1.0, time="2026-03-01 12:00:00 UTC")
    grade_class(classroom, unit)
    attempt(classroom, unit, 0.5, time="2026-03-03 12:00:00 UTC")

    grade_class(classroom, unit)

    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(unit.assignment, "anna").total_seconds_late == 0


def test_the_time_counts_though_the_notebook_lies_deeper(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds())
    path = attempt(classroom, unit, 1.0, time="2026-03-02 12:00 UTC")
    (path.parent / "from-an-archive").mkdir()
    path.rename(path.parent / "from-an-archive" / path.name)

    grade_class(classroom, unit)

    (one,) = attempts_of(classroom, unit, "anna")
    assert handed_in_at(one.folder) == datetime(2026, 3, 2, 12)


def test_an_attempt_that_a_system_calls_late_stays_late(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds(counts="best"))
    path = attempt(classroom, unit, 1.0)
    (path.parent / f"{LATE}Canvas").mkdir()
    path.rename(path.parent / f"{LATE}Canvas" / path.name)
    grade_class(classroom, unit)
    assert "late according to Canvas, time unknown" in page(classroom, unit)

    attempt(classroom, unit, 0.5)
    grade_class(classroom, unit)

    assert "attempt 1 of 2 counts (best)" in page(classroom, unit)
    assert "late according to Canvas, time unknown" in page(classroom, unit)


def test_what_was_handed_in_stays_though_the_folder_is_gone(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds())
    attempt(classroom, unit, 1.0)
    grade_class(classroom, unit)
    shutil.rmtree(classroom.root / "submitted" / "anna")
    hand_in(classroom, unit, "bert", {})
    know(classroom, unit, classroom.submitted(unit.assignment)["bert"] / f"{unit.name}.ipynb",
         make_result(unit, 0.0))  # fmt: skip

    grade_class(classroom, unit)

    kept = attempts_of(classroom, unit, "anna")[0].folder / f"{unit.name}.ipynb"
    assert nbformat.read(kept, as_version=4).cells
    assert scores(classroom, unit) == {"anna": unit.max_points, "bert": 0.0}


def test_a_link_is_no_attempt(classroom: Course, unit: Unit) -> None:
    begin_round(classroom, unit, Rounds())
    path = attempt(classroom, unit, 1.0)
    path.rename(classroom.root / "mine.ipynb")
    path.symlink_to(classroom.root / "mine.ipynb")

    grade_class(classroom, unit)

    assert attempts_of(classroom, unit, "anna") == []
    assert mark(classroom, unit) == 0


def with_checks(result: Result) -> Result:
    """Two failed checks in each task."""
    checks = tuple(
        CheckResult(name, False, f"{name}_is_wrong", f"the {name} one is wrong")
        for name in ("first", "second")
    )
    return replace(result, tasks=tuple(replace(task, checks=checks) for task in result.tasks))
