"""Marks and feedback in the forms that learning management systems import."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.class_run import grade_class
from autograder.course import Course, CourseError
from autograder.gradebook.lms.export import export_marks
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result

FILE = "policy_network.ipynb"


@pytest.fixture(scope="module")
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory, unit: Unit) -> Course:
    """A graded class: complete, half, with an answer that nobody has read, and nothing."""
    course = make_course(tmp_path_factory.mktemp("course"), unit)
    handed_in = {"anna": (1.0, {}), "bert": (0.5, {}), "carl": (1.0, {"question-why": "Because."})}
    for student, (share, answers) in handed_in.items():
        path = hand_in(course, unit, student, {"forward": f"# {student}"} | answers)
        keep(course, unit, path, make_result(unit, share))
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_student(
            "anna", first_name="Anna", last_name="Muster", email="anna@uni.example"
        )
        gradebook.update_or_create_student("bert", first_name="Bert", last_name="=Beispiel")
        gradebook.update_or_create_student("carl", email="carl@uni.example", lms_user_id="77")
        gradebook.update_or_create_student("dora", email="dora@uni.example")
    extracted = course.root / "downloaded" / unit.assignment / "extracted"
    for name in (f"Muster_Anna_anna_4711/{FILE}", f"Beispiel_Bert_bert_4712/{FILE}"):
        (extracted / name).parent.mkdir(parents=True)
        (extracted / name).write_text("{}")
    grade_class(course, unit)
    return course


def table(classroom: Course, unit: Unit, name: str) -> list[list[str]]:
    path = classroom.root / "reports" / unit.assignment / name
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_moodle_finds_people_by_address(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export_marks(classroom, unit, "moodle", name="Homework 2") == 1

    assert table(classroom, unit, "moodle.csv") == [
        ["First name", "Last name", "Email address", "Assignment: Homework 2 (Real)"],
        ["Anna", "Muster", "anna@uni.example", f"{unit.max_points:g}"],
    ]
    assert (
        "Left out, no e-mail address of their own in the roster: bert." in capsys.readouterr().out
    )


def test_canvas_has_a_row_with_the_points_possible(classroom: Course, unit: Unit) -> None:
    export_marks(classroom, unit, "canvas")

    rows = table(classroom, unit, "canvas.csv")
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", unit.title]
    assert rows[1] == ["    Points Possible", "", "", "", "", f"{unit.max_points + 2:g}"]
    assert rows[2] == ["Muster, Anna (anna)", "", "", "anna", "", f"{unit.max_points:g}"]
    assert len(rows) == 4


def test_ilias_gets_the_columns_of_its_status_file(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    export_marks(classroom, unit, "ilias", pass_share=0.6)

    rows = table(classroom, unit, "status.csv")
    assert rows[0] == [
        "update", "usr_id", "login", "lastname", "firstname", "status", "mark", "notice", "comment",
        "plagiarism", "plag_comment",
    ]  # fmt: skip
    assert rows[1][:7] == ["1", "4711", "anna", "Muster", "Anna", "passed", f"{unit.max_points:g}"]
    assert rows[2][5] == "failed"
    assert len(rows) == 3


def test_what_is_still_to_be_graded_by_hand_is_named_and_left_out(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export_marks(classroom, unit, "canvas") == 1

    assert "No final mark yet, left out: carl." in capsys.readouterr().out


def test_gradescopes_autograder_gives_each_submission_its_marks(
    classroom: Course, unit: Unit, tmp_path: Path
) -> None:
    export_marks(classroom, unit, "gradescope")
    archive = classroom.root / "reports" / unit.assignment / "gradescope-autograder.zip"
    with zipfile.ZipFile(archive) as file:
        assert set(file.namelist()) == {"setup.sh", "run_autograder", "results_by_student.json"}
        file.extractall(tmp_path / "source")
    program = (tmp_path / "source" / "run_autograder").read_text()
    (tmp_path / "run.py").write_text(program.replace('"/autograder"', repr(str(tmp_path))))

    for user, score in (
        ({"email": "Anna@uni.example", "sid": "", "name": "A. M."}, unit.max_points),
        ({"email": "b@x", "sid": "bert", "name": "B"}, unit.max_points / 2),
        ({"email": "nobody@x", "sid": None, "name": "Nobody"}, 0),
        ({"email": "nobody@x", "sid": None, "name": "anna"}, 0),
        ({"email": "nobody@x", "sid": None, "name": "Anna@uni.example"}, 0),
        ({"email": "nobody@x", "sid": None, "name": "Anna Muster"}, 0),
        ({"email": "nobody@x", "sid": "anna@uni.example", "name": ""}, 0),
        ([{"email": "anna@uni.example"}, {"email": "nobody@x"}], 0),
    ):
        users = user if isinstance(user, list) else [user]
        (tmp_path / "submission_metadata.json").write_text(json.dumps({"users": users}))
        subprocess.run([sys.executable, str(tmp_path / "run.py")], check=True)
        result = json.loads((tmp_path / "results" / "results.json").read_text())
        assert result["score"] == score


def test_feedback_goes_back_under_the_systems_own_names(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    export_marks(classroom, unit, "ilias")

    archive = classroom.root / "reports" / unit.assignment / "feedback-ilias.zip"
    with zipfile.ZipFile(archive) as file:
        assert file.namelist() == [
            "Muster_Anna_anna_4711/policy_network.html",
            "Beispiel_Bert_bert_4712/policy_network.html",
        ]
        assert b"Anna" not in file.read("Beispiel_Bert_bert_4712/policy_network.html")
    assert "Feedback of whom nothing was downloaded: carl." in capsys.readouterr().out


def test_without_marks_it_says_what_to_do(tmp_path: Path, unit: Unit) -> None:
    with pytest.raises(CourseError, match="Run: autograder grade policy_network"):
        export_marks(make_course(tmp_path, unit), unit, "moodle")
