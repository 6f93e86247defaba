"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from autograder.cli import main
from autograder.course import Course
from autograder.grading.records import checked_notebook
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result, scores

KEYS = {"unit", "status", "points", "max_points", "tasks", "evaluation", "seconds"}
CHECK_KEYS = {"check", "passed", "note", "mistake", "message", "template", "values"}


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.chdir(tmp_path)
    return make_course(tmp_path, unit)


def error_of(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed as an error; it must be one line without a traceback."""
    error = capsys.readouterr().err.strip()
    assert error.startswith("autograder: ") and "\n" not in error
    return error


def test_check_prints_json_for_a_notebook(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    right = {"returned": [1, 0.5, 2.25, 5.125], "right": [2, 2, 4, 4], "curves": "bfc"}
    answers = {"diagnosis": f"def diagnosis():\n    return {right}"}
    notebook = hand_in(classroom, unit, "anna", answers)
    assert main(["check", str(notebook), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert set(record) == KEYS
    assert (record["unit"], record["status"]) == ("policy_network", "ok")
    assert (record["points"], record["max_points"]) == (1, unit.max_points)
    for task in record["tasks"]:
        assert set(task) == {"task", "points", "max_points", "checks"}
        for check in task["checks"]:
            assert set(check) == CHECK_KEYS
    assert set(record["evaluation"]) == {"episodes", "mean", "threshold", "seeds"}
    assert record["evaluation"]["mean"] is None
    assert record["seconds"] > 0
    schema = json.loads((Course.find(Path(__file__)).root / "docs/result.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(record)


def test_check_prints_each_failed_check_for_people(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = hand_in(classroom, unit, "anna", {})
    assert main(["check", str(notebook)]) == 0
    shown = capsys.readouterr().out
    assert f"0 of {unit.max_points:g} points" in shown
    for name, _ in unit.task_points:
        assert name in shown
    assert "NotImplementedError" in shown


def test_unsafe_results_say_so(unit: Unit) -> None:
    assert checked_notebook(make_result(unit, sandboxed=False))["unsafe"] is True
    assert set(checked_notebook(make_result(unit))) == KEYS


def test_check_refuses_a_wrong_call_with_one_line(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = hand_in(classroom, unit, "anna", {})
    text = classroom.root / "notes.ipynb"
    text.write_text("hello", encoding="utf-8")
    empty = classroom.root / "empty.ipynb"
    empty.write_text('{"cells": []}', encoding="utf-8")
    calls = {
        "No such file": ["check", "nowhere.ipynb"],
        "not a notebook": ["check", str(text)],
        "No unit nonsense": ["check", str(notebook), "--unit", "nonsense"],
        "is a notebook of policy_network": ["check", str(notebook), "--unit", "actor_critic"],
        "Name one with --unit": ["check", str(empty)],
        "not an ordinary file": ["check", str(classroom.root)],
    }
    for message, call in calls.items():
        assert main(call) == 2, call
        assert message in error_of(capsys)


def test_grade_refuses_a_wrong_unit_and_an_empty_class(
    classroom: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["grade", "nonsense"]) == 2
    assert "Installed are:" in error_of(capsys)
    assert main(["grade", "policy_network"]) == 2
    assert "submitted/<student>/2_policy_network/policy_network.ipynb" in error_of(capsys)


def test_grade_writes_gradebook_table_csv_page_and_feedback(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    path = hand_in(classroom, unit, "anna", {"forward": "# anna"})
    keep(classroom, unit, path, make_result(unit, 0.5))
    (classroom.root / "submitted" / "bert").mkdir()
    assert main(["grade", "policy_network", "--jobs", "1"]) == 0
    shown = capsys.readouterr().out
    assert "anna" in shown and "missing" in shown
    assert "reports/2_policy_network/marks.csv" in shown
    assert "feedback/anna/2_policy_network/policy_network.html" in shown
    assert scores(classroom, unit) == {"anna": unit.max_points / 2}
    page = classroom.root / "feedback" / "anna" / unit.assignment / f"{unit.name}.html"
    assert f"{unit.max_points / 2:g} of {unit.max_points:g} points" in page.read_text("utf-8")

    assert main(["report", "policy_network"]) == 0
    again = capsys.readouterr().out
    assert [line.strip() for line in again.splitlines() if "anna" in line and "445" in line] == [
        line.strip() for line in shown.splitlines() if "anna" in line and "445" in line
    ]


def test_report_says_when_nothing_is_graded(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(classroom, unit, "anna", {})
    assert main(["report", "policy_network"]) == 2
    assert "autograder grade policy_network" in error_of(capsys)


def test_a_gradebook_that_cannot_be_written_stops_before_anything_is_lost(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    path = hand_in(classroom, unit, "anna", {})
    keep(classroom, unit, path, make_result(unit))
    config = classroom.root / "nbgrader_config.py"
    with config.open("a", encoding="utf-8") as file:
        file.write('\nc.CourseDirectory.db_url = "sqlite:////nowhere/at/all/gradebook.db"\n')
    assert main(["grade", "policy_network"]) == 2
    assert "cannot be written" in error_of(capsys)
    assert list(classroom.results.rglob("*.json"))


def test_without_its_sandbox_it_refuses_and_says_what_to_install(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    notebook = hand_in(classroom, unit, "anna", {})
    monkeypatch.setattr("autograder.sandbox.bubblewrap.shutil.which", lambda *_, **__: None)
    for cached in _caches():
        cached.cache_clear()
    assert main(["check", str(notebook)]) == 2
    assert "bubblewrap" in error_of(capsys)
    assert main(["grade", "policy_network"]) == 2
    assert "bubblewrap" in capsys.readouterr().err
    assert scores(classroom, unit) == {}
    for cached in _caches():
        cached.cache_clear()


def test_outside_any_course_the_packages_own_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["grade", "nonsense"]) == 2
    assert "No unit nonsense" in error_of(capsys)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_gradebook_is_named(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(classroom, unit, "anna", {})
    (classroom.root / "gradebook.db").chmod(0o444)
    assert main(["grade", "policy_network"]) == 2
    assert "gradebook.db cannot be written" in error_of(capsys)


def _caches() -> list:  # type: ignore[type-arg]
    from autograder.sandbox import bubblewrap

    return [value for value in vars(bubblewrap).values() if hasattr(value, "cache_clear")]


def test_a_terminal_without_unicode_gets_question_marks_and_no_traceback(
    classroom: Course, unit: Unit
) -> None:
    keep(classroom, unit, hand_in(classroom, unit, "Łukasz", {}), make_result(unit))
    environment = os.environ | {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "grade", unit.name],
        cwd=classroom.root, env=environment, capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count(b"Traceback")) == (0, 0)
    assert b"?ukasz" in done.stdout
