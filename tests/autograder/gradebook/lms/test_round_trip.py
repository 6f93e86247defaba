"""From the roster through a system's download to marks and feedback for that system."""

from __future__ import annotations

import csv
import html
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.zipcollectapp import ZipCollectApp

from autograder.class_run import grade_class
from autograder.course import Course
from autograder.gradebook.lms.export import export_marks
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result

NOTEBOOK = "policy_network.ipynb"
ROSTER = (
    ("am123", "Anna", "Muster", "anna@uni.example"),
    ("bo456", "Bert", "O'Neil-Müller", "bert@uni.example"),
    ("dd789", "Dora", "Dort", "dora@uni.example"),
)
LATE_IN_ILIAS = "Late Submission - "
#: What each system calls the uploads of Anna, Bert and a Carla who is not in the roster.
UPLOADS = {
    "moodle": (
        "Anna Muster_4711_assignsubmission_file_/",
        "Bert ONeil-Müller_4712_assignsubmission_file_/",
        "Carla Fremd_4713_assignsubmission_file_/",
    ),
    "canvas": ("musteranna_11_901_", "oneilmüllerbert_LATE_12_902_", "fremdcarla_13_903_"),
    "ilias": (
        "Muster_Anna_am123_21/",
        "O'Neil-Mueller_Bert_bert.oneil_22/" + LATE_IN_ILIAS,
        "Fremd_Carla_cf_23/",
    ),
}
STRANGER = {"moodle": "Carla Fremd", "canvas": "fremdcarla_13", "ilias": "cf"}
#: In each system's table: the column that finds people and the one with marks.
COLUMNS = {"moodle": (2, 3), "canvas": (1, 5), "ilias": (1, 6)}
FOUND_BY = {
    "moodle": ("anna@uni.example", "bert@uni.example"),
    "canvas": ("11", "12", "13"),
    "ilias": ("21", "22", "23"),
}


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit) -> Course:
    course = make_course(tmp_path, unit)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        for student, first, last, email in ROSTER:
            gradebook.add_student(student, first_name=first, last_name=last, email=email)
    return course


def download(classroom: Course, unit: Unit, prefixes: tuple[str, ...]) -> None:
    """Solved notebooks under the system's names; the first earns 100 %, the next 50 % and 0."""
    archive = classroom.root / "downloaded" / unit.assignment / "archive"
    for prefix, share in zip(prefixes, (1.0, 0.5, 0.0), strict=True):
        path = hand_in(classroom, unit, "on-the-way", {"forward": f"# {prefix}"})
        keep(classroom, unit, path, make_result(unit, share))
        upload = archive / f"{prefix}{NOTEBOOK}"
        upload.parent.mkdir(parents=True, exist_ok=True)
        path.rename(upload)
        shutil.rmtree(classroom.root / "submitted")


def zip_collect(classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(classroom.root)
    app = ZipCollectApp()
    app.initialize([unit.assignment])
    app.start()


def marks_in(classroom: Course, unit: Unit, system: str) -> Mapping[str, str]:
    """The marks in a system's table, by what it finds people by."""
    name = "status.csv" if system == "ilias" else f"{system}.csv"
    key, mark = COLUMNS[system]
    path = classroom.root / "reports" / unit.assignment / name
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[2 if system == "canvas" else 1 :]
    return {row[key]: row[mark] for row in rows}


@pytest.mark.parametrize("system", ("moodle", "canvas", "ilias"))
def test_everybody_gets_their_own_mark_and_feedback(
    classroom: Course,
    unit: Unit,
    system: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    download(classroom, unit, UPLOADS[system])
    zip_collect(classroom, unit, monkeypatch)
    assert grade_class(classroom, unit) == 0
    graded = capsys.readouterr().out
    status = export_marks(classroom, unit, system)

    submitted = {path.name for path in (classroom.root / "submitted").iterdir()}
    assert submitted == {"am123", "bo456", STRANGER[system]}
    points = (f"{unit.max_points:g}", f"{unit.max_points / 2:g}", "0")
    assert marks_in(classroom, unit, system) == dict(zip(FOUND_BY[system], points, strict=False))
    said = capsys.readouterr().out
    assert ("Left out" in said) == (status == 1) == (system == "moodle")

    archive = classroom.root / "reports" / unit.assignment / f"feedback-{system}.zip"
    with zipfile.ZipFile(archive) as file:
        pages = {name: html.unescape(file.read(name).decode()) for name in file.namelist()}
    own = {f"{one.removesuffix(LATE_IN_ILIAS)}policy_network.html": one for one in UPLOADS[system]}
    assert pages.keys() == own.keys()
    for name, prefix in own.items():
        assert f"# {prefix}" in pages[name]
    late = {"canvas": "late according to Canvas", "ilias": "late according to ILIAS"}.get(system)
    assert late is None or f"bo456: {late}, time unknown" in graded
