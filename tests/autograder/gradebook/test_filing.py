"""What `autograder grade` files is what nbgrader's own commands would have filed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import PyFileConfigLoader

from autograder.class_run import grade_class
from autograder.course import MARKER, Course
from autograder.gradebook import filing
from autograder.gradebook.book import Book
from autograder.processes.allowance import MEBIBYTE, Allowance
from autograder.processes.pool import Job, Pool
from autograder.results import Status
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result, scores


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Course:
    root = tmp_path / "ours"
    root.mkdir()
    monkeypatch.chdir(root)
    return make_course(root, unit)


def solved(classroom: Course, unit: Unit, student: str, **changes: Any) -> Path:
    """A notebook that was handed in, whose result is known."""
    path = hand_in(classroom, unit, student, {"forward": f"# {student}", "question-why": "So."})
    keep(classroom, unit, path, make_result(unit, **changes))
    return path


def everything(course: Course, unit: Unit) -> dict[str, Any]:
    """All that the gradebook and the folders have of each student."""
    found: dict[str, Any] = {}
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(unit.assignment):
            (notebook,) = submission.notebooks
            student = submission.student.id
            archive = course.root / "autograded" / student / unit.assignment
            page = course.root / "feedback" / student / unit.assignment / f"{unit.name}.html"
            found[student] = {
                "time": submission.timestamp,
                "penalty": notebook.late_submission_penalty,
                "grades": sorted(
                    (one.name, one.auto_score, one.manual_score, one.needs_manual_grade)
                    for one in notebook.grades
                ),
                "comments": sorted(
                    (one.name, one.auto_comment, one.manual_comment) for one in notebook.comments
                ),
                "files": {
                    file.name: file.read_bytes() for file in archive.iterdir() if file.is_file()
                },
                "modes": {file.name: file.stat().st_mode for file in archive.iterdir()},
                "page": page.read_text(encoding="utf-8"),
                "page mode": page.stat().st_mode,
            }
    return found


def test_gradebook_archive_and_pages_are_those_of_nbgraders_own_commands(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (classroom.root / MARKER).open("a") as file:
        file.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(unit.assignment, duedate="2026-03-02 00:00:00 UTC")
    solved(classroom, unit, "anna")
    solved(classroom, unit, "bert", share=0.5, warnings=("cells were moved",))
    late = solved(classroom, unit, "late")
    (late.parent / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    (solved(classroom, unit, "odd").parent / "timestamp.txt").write_text("the day before yesterday")
    solved(classroom, unit, "stopped", status=Status.TIMEOUT, message="It took too long.")
    hand_in(classroom, unit, "text", {}).write_text("no notebook")
    theirs = Course(classroom.root.parent / "theirs")
    shutil.copytree(classroom.root, theirs.root)

    assert grade_class(classroom, unit) == 0
    monkeypatch.chdir(theirs.root)
    api = NbGraderAPI(config=PyFileConfigLoader(MARKER, path=str(theirs.root)).load_config())
    assert api.autograde(unit.assignment, "*", force=True)["success"]
    assert api.generate_feedback(unit.assignment, force=True)["success"]

    ours, expected = everything(classroom, unit), everything(theirs, unit)
    assert set(ours) == {"anna", "bert", "late", "odd", "stopped", "text"}
    for student, found in ours.items():
        assert found == expected[student], student


def test_copies_share_one_archive_and_one_page(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    add_first = Pool.add_first

    def noting(pool: Pool, job: Job) -> None:
        begun.append(job.name)
        add_first(pool, job)

    monkeypatch.setattr(Pool, "add_first", noting)
    for student in ("anna", "bert", "carl"):
        keep(classroom, unit, hand_in(classroom, unit, student, {}), make_result(unit))

    assert grade_class(classroom, unit) == 0

    assert begun == ["results of anna", "page of anna"]
    assert scores(classroom, unit) == dict.fromkeys(("anna", "bert", "carl"), unit.max_points)
    pages = {path.read_text("utf-8") for path in (classroom.root / "feedback").rglob("*.html")}
    assert len(pages) == 1


def test_a_class_is_written_in_few_transactions(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    enter = Book.enter

    def noting(book: Book, unit: Unit, entries: Any) -> Any:
        written.append(len(entries))
        return enter(book, unit, entries)

    monkeypatch.setattr(Book, "enter", noting)
    monkeypatch.setattr(filing, "TOGETHER", 3)
    for number in range(7):
        solved(classroom, unit, f"s{number}")

    assert grade_class(classroom, unit, jobs=1) == 0

    assert sum(written) == 7
    assert len(written) <= 3
    assert grade_class(classroom, unit) == 0
    assert sum(written) == 7


def test_what_takes_too_much_to_show_is_named_and_costs_nobody_else_anything(
    classroom: Course,
    unit: Unit,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    solved(classroom, unit, "anna")
    path = hand_in(classroom, unit, "eve", {"question-why": "> a\n\n" * 8_000})
    keep(classroom, unit, path, make_result(unit))
    monkeypatch.setattr(filing, "SHOWING", Allowance(400 * MEBIBYTE, 1.0, 300.0))

    grade_class(classroom, unit)

    assert "No feedback page: eve: it took too long" in capsys.readouterr().out
    assert (classroom.root / "feedback" / "anna").is_dir()
    assert scores(classroom, unit)["eve"] == unit.max_points


def test_the_archive_names_the_result_that_it_shows(classroom: Course, unit: Unit) -> None:
    solved(classroom, unit, "anna")
    grade_class(classroom, unit)

    archive = classroom.root / "autograded" / "anna" / unit.assignment / f"{unit.name}.ipynb"
    shown = json.loads(archive.read_text(encoding="utf-8"))["metadata"]["autograder"]
    assert shown["status"] == "ok"
    assert len(shown["result"]) == 64
