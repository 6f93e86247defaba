"""`nbgrader export`: what nobody has graded yet is a status, and no zero."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from nbgrader.apps.exportapp import ExportApp

from autograder.class_run import grade_class
from autograder.course import Course
from autograder.results import Result, Status
from autograder.units import unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result

UNIT = unit_named("policy_network")
ANSWER = {"question-why": "Because."}
TIMEOUT = make_result(UNIT, 0.5, status=Status.TIMEOUT, message="It took too long.")


def exported(course: Course) -> dict[str, tuple[str, str]]:
    """Each student's status and score."""
    path = course.root / "grades.csv"
    app = ExportApp()
    app.load_cwd_config = False
    app.initialize([f"--ExportPlugin.to={path}"], root=str(course.root))
    app.start()
    with path.open(encoding="utf-8") as file:
        return {row["student_id"]: (row["status"], row["score"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("answers", "result", "status", "score"),
    (
        ({}, make_result(UNIT), "ok", str(UNIT.max_points)),
        (ANSWER, make_result(UNIT), "to grade by hand", ""),
        ({}, TIMEOUT, "timeout", str(UNIT.max_points / 2)),
        (ANSWER, TIMEOUT, "timeout and to grade by hand", ""),
    ),
)
def test_a_score_is_left_empty_while_an_answer_is_to_be_graded(
    tmp_path: Path, answers: dict[str, str], result: Result, status: str, score: str
) -> None:
    course = make_course(tmp_path, UNIT)
    keep(course, UNIT, hand_in(course, UNIT, "anna", {"forward": "# a"} | answers), result)

    grade_class(course, UNIT)

    assert exported(course) == {"anna": (status, score)}
