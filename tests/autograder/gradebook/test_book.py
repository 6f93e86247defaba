"""nbgrader, run as an instructor runs it, puts the grader's results into its gradebook."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import PyFileConfigLoader

from autograder.course import MARKER, Course
from autograder.gradebook.display import safe_markdown
from autograder.gradebook.outputs import status_line
from autograder.results import Result, Status
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import (
    hand_in,
    keep,
    make_course,
    make_result,
    outputs_of,
    scores,
)

Nbgrader = Callable[[str, str], dict[str, Any]]


@pytest.fixture
def unit() -> Unit:
    """The unit that is graded here; its results are made by hand."""
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit) -> Course:
    """A course whose unit is released and that nobody has handed in yet."""
    return make_course(tmp_path, unit)


@pytest.fixture
def nbgrader(classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Nbgrader:
    """nbgrader's own API, with the course's configuration: what the formgrader's buttons call."""
    monkeypatch.chdir(classroom.root)
    config = PyFileConfigLoader(MARKER, path=str(classroom.root)).load_config()
    api = NbGraderAPI(config=config)

    def call(name: str, student: str) -> dict[str, Any]:
        done: dict[str, Any] = getattr(api, name)(unit.assignment, student, force=True)
        return done

    return call


def autograded(course: Course, unit: Unit, student: str) -> Path:
    return course.root / "autograded" / student / unit.assignment / f"{unit.name}.ipynb"


def comments(course: Course, unit: Unit, student: str) -> list[str]:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(unit.name, unit.assignment, student)
        return [comment.comment for comment in notebook.comments if comment.comment]


def graded(course: Course, unit: Unit, student: str, result: Result) -> Path:
    path = hand_in(course, unit, student, {"forward": f"# by {student}"})
    keep(course, unit, path, result)
    return path


def test_the_gradebook_has_exactly_the_points_of_the_results(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    shares = {"anna": 0.0, "bert": 0.25, "carl": 1 / 3, "dora": 1.0}
    for student, share in shares.items():
        graded(classroom, unit, student, make_result(unit, share))
    assert nbgrader("autograde", "*")["success"]
    expected = {student: make_result(unit, share).points for student, share in shares.items()}
    assert scores(classroom, unit) == pytest.approx(expected, abs=1e-12)


def test_a_check_cell_shows_its_checks_the_curve_and_the_points(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    graded(classroom, unit, "anna", make_result(unit, 0.5))
    nbgrader("autograde", "anna")
    outputs = outputs_of(autograded(classroom, unit, "anna"), "check-agent")
    report, curve, points = outputs
    assert "The sign is wrong" in "".join(report["data"]["text/html"])
    assert "445.0" in "".join(report["data"]["text/html"])
    assert "475 are needed" in "".join(report["data"]["text/html"])
    assert curve["data"]["image/png"].startswith("iVBOR")
    assert points["output_type"] == "execute_result"
    assert float("".join(points["data"]["text/plain"])) == 1.5


def test_what_a_student_left_below_a_check_cell_counts_nothing(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    path = hand_in(classroom, unit, "eve", {})
    forged = path.read_text(encoding="utf-8").replace(
        '"outputs": []',
        '"outputs": [{"output_type": "stream", "name": "stderr", "text": "w"}, {"output_type": '
        '"execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "3.0"}}]',
    )
    path.write_text(forged, encoding="utf-8")
    keep(classroom, unit, path, make_result(unit, 0.5))
    nbgrader("autograde", "eve")
    assert scores(classroom, unit) == {"eve": make_result(unit, 0.5).points}


def test_a_status_is_shown_on_top_and_as_a_comment_and_is_no_plain_zero(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    late = make_result(unit, 0.0, status=Status.TIMEOUT, message="cell loss took too long")
    graded(classroom, unit, "dora", late)
    nbgrader("autograde", "dora")
    first = comments(classroom, unit, "dora")[0]
    assert "timeout" in first and "cell loss" in first
    top = autograded(classroom, unit, "dora").read_text(encoding="utf-8")[:2000]
    assert "timeout" in top and "cell loss" in top


def test_what_may_be_a_students_is_shown_in_a_comment_as_it_is(unit: Unit) -> None:
    foreign = "[9 of 9](https://example.com) **$9$** `` ` <b>"
    result = make_result(unit, 0.0, status=Status.CRASHED, message=foreign)

    line = status_line(replace(result, warnings=(foreign,))) or ""
    page = BeautifulSoup(_markdown(line), "html.parser")

    shown = [code.get_text() for code in page.find_all("code")]
    assert shown == [foreign.replace("`", "ˋ")] * 2
    assert page.find(["a", "strong", "b"]) is None


def _markdown(text: str) -> str:
    environment = Environment()
    environment.filters["markdown"] = safe_markdown
    return environment.from_string("{{ text | markdown }}").render(text=text)


def test_an_unsafe_result_says_so(unit: Unit) -> None:
    assert "unsafe" in (status_line(make_result(unit, sandboxed=False)) or "")
    assert status_line(make_result(unit)) is None


def test_a_broken_file_is_the_untouched_notebook_with_its_status(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    path = hand_in(classroom, unit, "bert", {})
    path.write_text("{ this is no notebook", encoding="utf-8")
    assert nbgrader("autograde", "bert")["success"]
    assert scores(classroom, unit) == {"bert": 0.0}
    assert any("invalid notebook" in text for text in comments(classroom, unit, "bert"))
    assert "YOUR CODE HERE" in autograded(classroom, unit, "bert").read_text(encoding="utf-8")


def test_a_link_is_not_followed(classroom: Course, unit: Unit, nbgrader: Nbgrader) -> None:
    secret = classroom.root / "secret.ipynb"
    secret.write_text("TOP SECRET", encoding="utf-8")
    path = hand_in(classroom, unit, "eve", {})
    path.unlink()
    path.symlink_to(secret)
    nbgrader("autograde", "eve")
    assert "invalid notebook" in comments(classroom, unit, "eve")[0]
    assert "TOP SECRET" not in autograded(classroom, unit, "eve").read_text(encoding="utf-8")


def test_a_pipe_stops_nobody(classroom: Course, unit: Unit, nbgrader: Nbgrader) -> None:
    path = hand_in(classroom, unit, "eve", {})
    path.unlink()
    os.mkfifo(path)
    os.mkfifo(path.parent / "timestamp.txt")
    assert nbgrader("autograde", "eve")["success"]
    assert "invalid notebook" in comments(classroom, unit, "eve")[0]


def test_no_other_file_of_a_submission_is_copied(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    path = graded(classroom, unit, "eve", make_result(unit))
    (path.parent / "helper.py").write_text("x = 1", encoding="utf-8")
    (path.parent / "secret").symlink_to(classroom.root / "nbgrader_config.py")
    (path.parent / "data").mkdir()
    (path.parent / "data" / "inner.txt").write_text("x", encoding="utf-8")
    (path.parent / ".hidden").write_text("x", encoding="utf-8")
    nbgrader("autograde", "eve")
    folder = autograded(classroom, unit, "eve").parent
    assert [file.name for file in folder.iterdir()] == [f"{unit.name}.ipynb"]


def test_the_time_of_handing_in_is_read_if_it_is_one(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    path = graded(classroom, unit, "anna", make_result(unit))
    (path.parent / "timestamp.txt").write_text("2026-03-01 10:00:00 UTC", encoding="utf-8")
    path = graded(classroom, unit, "bert", make_result(unit, 0.5))
    (path.parent / "timestamp.txt").write_text("yesterday, I swear", encoding="utf-8")
    assert nbgrader("autograde", "anna")["success"]
    assert nbgrader("autograde", "bert")["success"]
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        submitted = gradebook.assignment_submissions(unit.assignment)
        times = {one.student.id: one.timestamp for one in submitted}
    assert times["anna"].isoformat() == "2026-03-01T10:00:00"
    assert times["bert"] is None


def test_a_folder_that_is_no_students_is_left_out(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    for name in ("=HYPERLINK(1)", "<b>x", "-rf", "a\x1b[31mb", "a\nb", "anna", "Müller, Ö"):
        graded(classroom, unit, name, make_result(unit))
    (classroom.root / "submitted" / "zoe").symlink_to(classroom.root / "submitted" / "anna")
    nbgrader("autograde", "*")
    assert set(scores(classroom, unit)) == {"anna", "Müller, Ö"}


def test_a_grader_error_is_no_mark_not_even_an_old_one(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    path = graded(classroom, unit, "anna", make_result(unit))
    nbgrader("autograde", "anna")
    broken = make_result(unit, 0.0, status=Status.GRADER_ERROR, message="out of luck")
    keep(classroom, unit, path, broken)
    done = nbgrader("autograde", "anna")
    assert not done["success"]
    assert not autograded(classroom, unit, "anna").exists()
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(unit.name, unit.assignment, "anna")
        assert all(grade.auto_score is None for grade in notebook.grades)
        assert notebook.needs_manual_grade


def test_an_answer_in_words_waits_for_the_instructor(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    answers = {"question-why": "Because of the mean."}
    keep(classroom, unit, hand_in(classroom, unit, "anna", answers), make_result(unit))
    keep(classroom, unit, hand_in(classroom, unit, "bert", {"forward": "x"}), make_result(unit))
    nbgrader("autograde", "*")
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        waits = {
            s.student.id: s.needs_manual_grade
            for s in gradebook.assignment_submissions(unit.assignment)
        }
    assert waits == {"anna": True, "bert": False}


def test_a_mark_given_by_hand_outlives_grading_again(
    classroom: Course, unit: Unit, nbgrader: Nbgrader
) -> None:
    answers = {"question-why": "Because of the mean."}
    keep(classroom, unit, hand_in(classroom, unit, "anna", answers), make_result(unit))
    nbgrader("autograde", "anna")
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("question-why", unit.name, unit.assignment, "anna")
        grade.manual_score = 1.5
        gradebook.db.commit()
    nbgrader("autograde", "anna")
    assert scores(classroom, unit) == {"anna": unit.max_points + 1.5}
