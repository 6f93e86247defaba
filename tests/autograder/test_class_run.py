"""A class graded again and again: what changes a mark changes everything that shows it."""

from __future__ import annotations

import csv
import fcntl
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unicodedata
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.api import Gradebook

import autograder.watch as watching
from autograder import class_run
from autograder.class_run import grade_class, preview_class, report_class
from autograder.cli import main
from autograder.course import Course, CourseError
from autograder.gradebook.lms.export import export_marks
from autograder.grading import judging
from autograder.results import Result, Status
from autograder.units import Unit, unit_named
from autograder.watch import Watch
from tests.autograder.gradebook_tools import (
    hand_in,
    keep,
    make_course,
    make_result,
    released_notebook,
    written,
)

ANSWERED = {"forward": "x = 1", "question-why": "Because of the mean."}


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.chdir(tmp_path)
    return make_course(tmp_path, unit)


def solved(
    classroom: Course, unit: Unit, student: str, share: float = 1.0, time: str | None = None
) -> Path:
    """A notebook that was handed in, whose result is known."""
    path = hand_in(classroom, unit, student, ANSWERED | {"loss": f"# {student}"})
    keep(classroom, unit, path, make_result(unit, share))
    if time:
        (path.parent / "timestamp.txt").write_text(time)
    return path


def configure(classroom: Course, line: str) -> None:
    with (classroom.root / "nbgrader_config.py").open("a") as file:
        file.write(f"\n{line}\n")


def gradebook(classroom: Course) -> Gradebook:
    return Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}")


def due(classroom: Course, unit: Unit, when: str) -> None:
    with gradebook(classroom) as book:
        book.update_or_create_assignment(unit.assignment, duedate=when)


def mark_by_hand(classroom: Course, unit: Unit, student: str, points: float, text: str) -> None:
    """What an instructor does in the formgrader."""
    with gradebook(classroom) as book:
        names = ("question-why", unit.name, unit.assignment, student)
        grade = book.find_grade(*names)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.find_comment(*names).manual_comment = text
        book.db.commit()


def row(classroom: Course, unit: Unit, student: str) -> dict[str, str]:
    """A student's line of marks.csv."""
    path = classroom.root / "reports" / unit.assignment / "marks.csv"
    with path.open(encoding="utf-8-sig") as file:
        return next(line for line in csv.DictReader(file) if line["student"] == student)


def page_file(classroom: Course, unit: Unit, student: str) -> Path:
    return classroom.root / "feedback" / student / unit.assignment / f"{unit.name}.html"


def page(classroom: Course, unit: Unit, student: str) -> str:
    """The text of a feedback page."""
    html = page_file(classroom, unit, student).read_text(encoding="utf-8")
    return " ".join(re.sub(r"<style.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL).split())


def class_page(classroom: Course, unit: Unit) -> str:
    return (classroom.root / "reports" / unit.assignment / "class.html").read_text("utf-8")


def test_an_answer_that_nobody_has_read_is_counted_and_is_no_zero(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    solved(classroom, unit, "anna")

    assert grade_class(classroom, unit) == 0

    line = row(classroom, unit, "anna")
    assert (line["by_hand"], line["to_grade"]) == ("", "1")
    assert (line["status"], line["mark"], line["points"]) == ("ok", "to grade by hand", "")
    table = capsys.readouterr().out
    assert "Still to be graded by hand: 1 answers." in table
    assert re.search(rf"anna +to grade by hand .* {unit.max_points:g}\*", table)
    assert "1 student: 1 to grade by hand." in table
    shown = class_page(classroom, unit)
    assert "1 to grade" in shown and '<td class="odd">to grade by hand</td>' in shown
    assert f"<strong>{unit.max_points:g}*</strong>" in shown
    text = page(classroom, unit, "anna")
    assert "0.0 / 2.0" not in text
    assert "1 answer is still to be graded by hand" in text
    assert "in words: why (to be graded by hand)" in text


def test_a_mark_and_a_comment_by_hand_are_seen_everywhere_after_the_next_run(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    solved(classroom, unit, "anna", 0.5)
    grade_class(classroom, unit)
    mark_by_hand(classroom, unit, "anna", 1.5, "Well said.")
    capsys.readouterr()

    assert grade_class(classroom, unit) == 0

    final = f"{unit.max_points / 2 + 1.5:g}"
    line = row(classroom, unit, "anna")
    assert (line["by_hand"], line["to_grade"], line["points"]) == ("1.5", "0", str(float(final)))
    assert line["max_points"] == f"{unit.max_points + 2:.1f}"
    assert f"<strong>{final}</strong>" in class_page(classroom, unit)
    assert final in capsys.readouterr().out
    text = page(classroom, unit, "anna")
    assert f"(Score: {float(final)} / {unit.max_points + 2:.1f})" in text
    assert "Well said." in text
    assert "still to be graded" not in text


def test_a_comment_alone_renews_the_page(classroom: Course, unit: Unit) -> None:
    solved(classroom, unit, "anna")
    grade_class(classroom, unit)
    mark_by_hand(classroom, unit, "anna", 1.5, "Well said.")
    grade_class(classroom, unit)
    mark_by_hand(classroom, unit, "anna", 1.5, "Well said, but too long.")

    grade_class(classroom, unit)

    assert "Well said, but too long." in page(classroom, unit, "anna")


def test_a_report_shows_the_marks_of_the_gradebook_and_counts_old_pages(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    solved(classroom, unit, "anna")
    grade_class(classroom, unit)
    mark_by_hand(classroom, unit, "anna", 2.0, "")

    assert report_class(classroom, unit) == 0

    assert "1 feedback pages do not show these marks" in capsys.readouterr().out
    assert row(classroom, unit, "anna")["points"] == f"{unit.max_points + 2:.1f}"


def test_nbgraders_own_command_renews_the_pages_that_a_mark_by_hand_made_old(
    classroom: Course, unit: Unit
) -> None:
    for student in ("anna", "bert"):
        solved(classroom, unit, student)
    grade_class(classroom, unit)
    mark_by_hand(classroom, unit, "anna", 1.5, "Well said.")
    before = page_file(classroom, unit, "bert").stat().st_mtime_ns

    command = [sys.executable, "-m", "nbgrader", "generate_feedback", unit.assignment]
    subprocess.run(command, cwd=classroom.root, check=True, capture_output=True)

    assert "Well said." in page(classroom, unit, "anna")
    assert page_file(classroom, unit, "bert").stat().st_mtime_ns == before


def test_a_check_corrected_by_hand_counts_as_corrected(classroom: Course, unit: Unit) -> None:
    solved(classroom, unit, "anna", 0.0)
    grade_class(classroom, unit)
    with gradebook(classroom) as book:
        grade = book.find_grade("check-forward", unit.name, unit.assignment, "anna")
        grade.manual_score = 2.0
        book.db.commit()

    grade_class(classroom, unit)

    line = row(classroom, unit, "anna")
    assert (line["forward"], line["automatic"]) == ("2.0", "2.0")


def test_a_moved_due_date_and_a_later_time_change_the_penalty(
    classroom: Course, unit: Unit
) -> None:
    configure(classroom, 'c.LateSubmissionPlugin.penalty_method = "zero"')
    solved(classroom, unit, "late", time="2026-03-02 12:00:00 UTC")
    again = solved(classroom, unit, "again", time="2026-03-01 12:00:00 UTC")
    due(classroom, unit, "2026-03-02 00:00:00 UTC")
    grade_class(classroom, unit)
    first = row(classroom, unit, "late")
    assert (first["late"], float(first["penalty"])) == ("12 h", unit.max_points)

    due(classroom, unit, "2026-03-03 00:00:00 UTC")
    (again.parent / "timestamp.txt").write_text("2026-03-05 12:00:00 UTC")
    grade_class(classroom, unit)

    second, moved = row(classroom, unit, "late"), row(classroom, unit, "again")
    assert (second["late"], second["penalty"]) == ("", "0.0")
    assert (moved["late"], float(moved["penalty"])) == ("2 days", unit.max_points)
    assert "Late submission penalty" in page(classroom, unit, "again")
    assert "Late submission penalty" not in page(classroom, unit, "late")


def test_the_exchanges_files_go_with_a_submission_to_its_feedback(
    classroom: Course, unit: Unit
) -> None:
    path = solved(classroom, unit, "anna", time="2026-03-01 12:00:00 UTC")
    (path.parent / "submission_secret.txt").write_text("a1b2")
    grade_class(classroom, unit)

    (path.parent / "submission_secret.txt").write_text("c3d4")  # handed in again, unchanged
    grade_class(classroom, unit)

    for step in ("autograded", "feedback"):
        folder = classroom.root / step / "anna" / unit.assignment
        assert (folder / "timestamp.txt").read_text() == "2026-03-01 12:00:00 UTC"
        assert (folder / "submission_secret.txt").read_text() == "c3d4"


def test_a_page_that_cannot_be_written_is_named_and_written_by_the_next_run(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    solved(classroom, unit, "anna")
    (classroom.root / "feedback").write_text("a file where the folder should be")

    assert grade_class(classroom, unit) == 1
    assert "No feedback page: anna: " in capsys.readouterr().out

    (classroom.root / "feedback").unlink()
    assert grade_class(classroom, unit) == 0
    assert page(classroom, unit, "anna")


def test_who_is_not_in_the_gradebook_makes_the_exit_status_1(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    solved(classroom, unit, "anna")
    hand_in(classroom, unit, "=1+1", {})

    assert grade_class(classroom, unit) == 1

    assert "Not in the gradebook: =1+1: The folder's name" in capsys.readouterr().out


def test_who_handed_in_no_notebook_makes_the_exit_status_1(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    solved(classroom, unit, "anna")
    folder = classroom.root / "submitted" / "bert" / unit.assignment
    folder.mkdir(parents=True)
    (folder / "essay.docx").write_bytes(b"PK")

    assert grade_class(classroom, unit) == 1

    assert "Not in the gradebook: bert: " in (out := capsys.readouterr().out)
    assert "only essay.docx" in out
    assert row(classroom, unit, "bert")["status"] == "invalid notebook"


def test_a_second_grader_is_told_who_the_first_one_is(classroom: Course, unit: Unit) -> None:
    solved(classroom, unit, "anna")
    grade_class(classroom, unit)
    path = classroom.root / ".autograder" / "locks" / f"{unit.assignment}.lock"
    with path.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        with pytest.raises(CourseError, match=rf"being graded by .*process {os.getpid()}"):
            grade_class(classroom, unit)


def test_an_empty_gradebook_file_is_a_new_gradebook(classroom: Course, unit: Unit) -> None:
    solved(classroom, unit, "anna")
    (classroom.root / "gradebook.db").write_bytes(b"")

    assert grade_class(classroom, unit) == 0
    assert float(row(classroom, unit, "anna")["automatic"]) == unit.max_points


def test_a_gradebook_that_somebody_has_locked_is_one_clear_line(
    classroom: Course, unit: Unit
) -> None:
    solved(classroom, unit, "anna")
    with closing(sqlite3.connect(classroom.root / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(CourseError, match="locked"):
            grade_class(classroom, unit)


@pytest.mark.parametrize(
    "url", ("postgresql://localhost/none", "nonsense://x", "sqlite:////nowhere/g.db")
)
def test_a_gradebook_that_cannot_be_opened_is_one_clear_line(
    classroom: Course, unit: Unit, url: str
) -> None:
    solved(classroom, unit, "anna")
    configure(classroom, f"c.CourseDirectory.db_url = {url!r}")

    with pytest.raises(CourseError, match="Nothing was graded") as refused:
        grade_class(classroom, unit)

    assert "\n" not in str(refused.value)
    assert "Check its address (c.CourseDirectory.db_url in nbgrader_config.py" in str(refused.value)


def test_a_broken_configuration_grades_nobody(classroom: Course, unit: Unit) -> None:
    solved(classroom, unit, "anna")
    path = classroom.root / "nbgrader_config.py"
    path.write_text("<<<<<<< HEAD\n" + path.read_text())

    with pytest.raises(CourseError, match=r"nbgrader_config\.py cannot be loaded"):
        grade_class(classroom, unit)


def change_points(classroom: Course, unit: Unit, name: str, points: float) -> None:
    path = classroom.released(unit.assignment)
    notebook = nbformat.read(path, as_version=4)
    next(cell for cell in notebook.cells if cell.id == name).metadata.nbgrader["points"] = points
    nbformat.write(notebook, path)


def test_notebooks_with_other_points_than_the_tasks_are_not_graded(
    classroom: Course, unit: Unit
) -> None:
    solved(classroom, unit, "anna")
    change_points(classroom, unit, "check-forward", 7)

    with pytest.raises(CourseError, match=r"forward is worth 7 points there and 3 points"):
        grade_class(classroom, unit)


def test_exercises_without_a_place_in_the_gradebook_are_refused_before_anybody_is_graded(
    classroom: Course, unit: Unit
) -> None:
    solved(classroom, unit, "anna")
    grade_class(classroom, unit)
    path = classroom.released(unit.assignment)
    notebook = nbformat.read(path, as_version=4)
    question = next(cell for cell in notebook.cells if cell.id == "question-why")
    question.metadata.nbgrader["grade_id"] = "question-how"
    nbformat.write(notebook, path)
    shutil.rmtree(classroom.results)

    with pytest.raises(CourseError, match="others than those that the gradebook has marks for"):
        grade_class(classroom, unit)

    assert not classroom.results.exists()


def test_a_course_of_several_instructors_is_open_to_their_group_alone(
    classroom: Course, unit: Unit
) -> None:
    configure(classroom, "c.CourseDirectory.groupshared = True")
    solved(classroom, unit, "anna")
    grade_class(classroom, unit)

    own = classroom.root / ".autograder"
    for path in (own, *own.rglob("*"), classroom.root / "reports"):
        mode = path.stat().st_mode & 0o777
        assert mode & 0o660 == 0o660, path
    assert own.stat().st_mode & 0o007 == 0


def test_a_run_names_open_folders(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("autograder.gradebook.open_folders._lets_through", lambda folder: True)
    solved(classroom, unit, "anna")
    names = ("submitted", "autograded", "feedback", "reports", "gradebook.db")
    grade_class(classroom, unit)
    assert "Warning: Other users of this machine can read" in (out := capsys.readouterr().out)
    assert all(name in out for name in names)

    for name in names:
        (classroom.root / name).chmod(0o700)
    grade_class(classroom, unit)

    assert "Warning" not in capsys.readouterr().out


def test_a_course_of_one_instructor_stays_closed(classroom: Course, unit: Unit) -> None:
    solved(classroom, unit, "anna")
    grade_class(classroom, unit)

    assert (classroom.root / ".autograder").stat().st_mode & 0o077 == 0


def test_a_renamed_notebook_is_graded_by_nbgrader_as_well(classroom: Course, unit: Unit) -> None:
    path = solved(classroom, unit, "anna")
    path.rename(path.with_name("notebook (1).ipynb.txt"))

    assert grade_class(classroom, unit) == 0

    assert float(row(classroom, unit, "anna")["automatic"]) == unit.max_points
    assert "handed in as notebook (1).ipynb.txt" in page(classroom, unit, "anna")


def test_what_cannot_be_read_is_no_zero_in_the_means(classroom: Course, unit: Unit) -> None:
    solved(classroom, unit, "anna")
    path = hand_in(classroom, unit, "bert", {})
    path.write_text("no notebook")
    grade_class(classroom, unit)

    assert row(classroom, unit, "bert")["status"] == Status.INVALID_NOTEBOOK.value
    assert f"{unit.task_points[0][1]:.1f}" in class_page(classroom, unit)  # the mean is full


def test_a_student_whose_work_is_gone_is_missing(classroom: Course, unit: Unit) -> None:
    solved(classroom, unit, "anna")
    solved(classroom, unit, "bert")
    grade_class(classroom, unit)
    shutil.rmtree(classroom.root / "submitted" / "bert")

    grade_class(classroom, unit)

    assert row(classroom, unit, "bert")["status"] == "missing"


def test_a_run_says_whose_marks_change_and_why(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    for student in ("anna", "bert", "carl"):
        solved(classroom, unit, student, 0.5)
    grade_class(classroom, unit)
    assert "change" not in capsys.readouterr().out

    again = hand_in_again(classroom, unit, "anna", 1.0)
    keep(classroom, unit, page_source(classroom, unit, "bert"), make_result(unit, 0.0))
    grade_class(classroom, unit)

    out = capsys.readouterr().out
    most = f"{unit.max_points:g}"
    half = f"{unit.max_points / 2:g}"
    assert "Marks that change: 2." in out
    assert re.search(rf"anna: {half} -> {most} \(.*forward 1\.5 -> 3.*\): handed in again", out)
    assert f"bert: {half} -> 0 (" in out
    assert "carl:" not in out
    assert again.exists()


def test_a_changed_unit_is_the_reason_of_a_changed_mark(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    path = solved(classroom, unit, "anna")
    grade_class(classroom, unit)
    monkeypatch.setattr("autograder.grading.keys.unit_version", lambda unit: "another one")
    keep(classroom, unit, path, make_result(unit, 0.0))

    preview_class(classroom, unit)

    assert change(capsys).endswith(": the unit or the grader has changed")


def test_points_that_somebody_else_put_into_the_gradebook_are_the_reason(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    solved(classroom, unit, "anna")
    grade_class(classroom, unit)
    with gradebook(classroom) as book:
        book.find_grade("check-forward", unit.name, unit.assignment, "anna").auto_score = 1.0
        book.db.commit()

    preview_class(classroom, unit)

    said = change(capsys)
    assert said.endswith("(forward 1 -> 3): the gradebook had other points than the result")


def test_a_grader_that_fails_is_the_reason_of_a_mark_that_is_gone(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    solved(classroom, unit, "anna")
    grade_class(classroom, unit)
    shutil.rmtree(classroom.results)

    def fail(*_: object) -> Result:
        raise ZeroDivisionError("a fault of the grader's own")

    monkeypatch.setattr(judging, "grade_file", fail)

    preview_class(classroom, unit)

    said = change(capsys)
    assert f"anna: {unit.max_points:g} -> no mark (" in said
    assert said.endswith(": the grader failed")


def test_what_changes_is_said_before_anything_is_written(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    solved(classroom, unit, "anna", 0.5)
    grade_class(classroom, unit)
    hand_in_again(classroom, unit, "anna", 1.0)
    before = written(classroom)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(class_run, "Filing", stop)
    with pytest.raises(KeyboardInterrupt):
        grade_class(classroom, unit)

    assert change(capsys).endswith("handed in again")
    assert written(classroom) == before


def change(capsys: pytest.CaptureFixture[str]) -> str:
    """The line that says how one student's mark changes."""
    (line,) = (one for one in capsys.readouterr().out.splitlines() if " -> " in one)
    return line


def test_a_preview_writes_nothing(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    solved(classroom, unit, "anna", 0.5)
    grade_class(classroom, unit)
    hand_in_again(classroom, unit, "anna", 1.0)
    solved(classroom, unit, "bert")
    before = written(classroom)

    assert preview_class(classroom, unit) == 0

    assert written(classroom) == before
    out = capsys.readouterr().out
    assert "anna: " in out and "handed in again" in out
    assert "Graded for the first time: 1." in out and "Nothing was written." in out
    assert float(row(classroom, unit, "anna")["automatic"]) == unit.max_points / 2


def test_a_preview_renames_no_folder_and_knows_whose_it_is(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    solved(classroom, unit, "müller", 0.5)
    grade_class(classroom, unit)
    hand_in_again(classroom, unit, "müller", 1.0)
    decomposed = unicodedata.normalize("NFD", "müller")
    folder = classroom.root / "submitted"
    (folder / "müller").rename(folder / decomposed)
    capsys.readouterr()

    assert preview_class(classroom, unit, students=["müller"]) == 0

    assert [one.name for one in folder.iterdir()] == [decomposed]
    assert f"müller: {unit.max_points / 2:g} -> {unit.max_points:g}" in capsys.readouterr().out


def test_a_preview_counts_who_is_graded_for_the_first_time(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    for student in ("anna", "bert"):
        solved(classroom, unit, student)
    grade_class(classroom, unit)
    shutil.rmtree(classroom.root / "submitted" / "bert")
    solved(classroom, unit, "carl")
    capsys.readouterr()

    preview_class(classroom, unit)

    assert "Graded for the first time: 1." in capsys.readouterr().out


def test_a_task_that_was_corrected_by_hand_does_not_change(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    solved(classroom, unit, "anna", 0.0)
    grade_class(classroom, unit)
    with gradebook(classroom) as book:
        grade = book.find_grade("check-forward", unit.name, unit.assignment, "anna")
        grade.manual_score = 2.0
        book.db.commit()
    hand_in_again(classroom, unit, "anna", 1.0)
    capsys.readouterr()

    preview_class(classroom, unit)

    change = capsys.readouterr().out
    assert f"anna: 2 -> {unit.max_points - 1:g}" in change and "forward" not in change


def test_a_coming_penalty_is_said_before_it_is_written(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(classroom, 'c.LateSubmissionPlugin.penalty_method = "zero"')
    path = solved(classroom, unit, "anna", time="2026-03-01 12:00:00 UTC")
    due(classroom, unit, "2026-03-02 00:00:00 UTC")
    grade_class(classroom, unit)
    (path.parent / "timestamp.txt").write_text("2026-03-03 12:00:00 UTC")
    capsys.readouterr()

    preview_class(classroom, unit)

    most = f"{unit.max_points:g}"
    line = f"anna: {most} -> 0: penalty for lateness 0 -> {most}"
    assert line in capsys.readouterr().out


def test_some_students_are_graded_and_the_table_still_shows_everybody(
    classroom: Course, unit: Unit
) -> None:
    for student in ("anna", "bert"):
        solved(classroom, unit, student, 0.5)
    grade_class(classroom, unit)
    for student in ("anna", "bert"):
        hand_in_again(classroom, unit, student, 1.0)

    assert grade_class(classroom, unit, students=["anna"]) == 0

    with gradebook(classroom) as book:
        points = {s.student.id: s.score for s in book.assignment_submissions(unit.assignment)}
    assert points == {"anna": unit.max_points, "bert": unit.max_points / 2}
    assert float(row(classroom, unit, "anna")["automatic"]) == unit.max_points
    assert row(classroom, unit, "bert")

    with pytest.raises(CourseError, match="No such student: carl"):
        grade_class(classroom, unit, students=["carl"])


def hand_in_again(classroom: Course, unit: Unit, student: str, share: float) -> Path:
    shutil.rmtree(classroom.root / "submitted" / student)
    path = hand_in(classroom, unit, student, ANSWERED | {"loss": f"# {student}, better"})
    keep(classroom, unit, path, make_result(unit, share))
    return path


def page_source(classroom: Course, unit: Unit, student: str) -> Path:
    return classroom.root / "submitted" / student / unit.assignment / f"{unit.name}.ipynb"


# --- the whole course ----------------------------------------------------------------------------


def add_second_unit(classroom: Course, unit: Unit) -> Unit:
    """Release another unit after the course's only one."""
    second = unit_named("actor_critic")
    (classroom.root / "units.txt").write_text(f"{unit.name}\n{second.name}\n")
    released = classroom.released(second.assignment)
    released.parent.mkdir(parents=True)
    nbformat.write(released_notebook(second), released)
    return second


def test_several_units_make_a_page_of_the_whole_course(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    second = add_second_unit(classroom, unit)
    solved(classroom, unit, "anna")
    solved(classroom, second, "anna", 0.5)
    solved(classroom, unit, "ben")
    assert main(["grade", unit.name, second.name]) == 0
    course_page = classroom.root / "reports" / "course.html"
    assert "Course report: reports/course.html" in capsys.readouterr().out
    text = course_page.read_text(encoding="utf-8")
    assert "after policy_network" in text and 'href="3_actor_critic/class.html"' in text

    mark_by_hand(classroom, unit, "ben", 2.0, "Right.")
    assert main(["report"]) == 0
    total = f"<strong>{unit.max_points + 2:g}</strong>"
    assert total not in text and total in course_page.read_text(encoding="utf-8")


def test_whatever_changes_a_mark_renews_the_page_of_the_whole_course(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    course_page = classroom.root / "reports" / "course.html"
    solved(classroom, unit, "anna", 0.5)
    assert main(["grade", unit.name]) == 0
    assert not course_page.exists(), "nobody has asked for it"
    main(["report"])

    mark_by_hand(classroom, unit, "anna", 1.0, "")
    main(["grade", unit.name])
    assert total_shown(unit.max_points / 2 + 1) in course_page.read_text("utf-8")

    mark_by_hand(classroom, unit, "anna", 2.0, "")
    main(["report", unit.name])
    assert total_shown(unit.max_points / 2 + 2) in course_page.read_text("utf-8")

    hand_in_again(classroom, unit, "anna", 1.0)
    waits = iter([None, None])

    def sleep(seconds: float) -> None:
        if next(waits, "stop"):
            raise KeyboardInterrupt

    monkeypatch.setattr(watching, "time", SimpleNamespace(monotonic=time.monotonic, sleep=sleep))
    handler = signal.getsignal(signal.SIGTERM)
    Watch(classroom, [unit]).run(1)
    signal.signal(signal.SIGTERM, handler)
    assert total_shown(unit.max_points + 2) in course_page.read_text("utf-8")


def total_shown(points: float) -> str:
    """Points so far, whether an answer is still to be graded by hand (a star) or not."""
    return f"<strong>{points:g}"


def test_a_file_for_an_lms_that_is_older_than_the_marks_is_named(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    path = solved(classroom, unit, "anna", 0.5)
    grade_class(classroom, unit)
    mark_by_hand(classroom, unit, "anna", 1.0, "")
    grade_class(classroom, unit)
    export_marks(classroom, unit, "canvas")
    archive = classroom.root / "reports" / unit.assignment / "feedback-canvas.zip"
    archive.write_bytes(b"PK")
    capsys.readouterr()
    grade_class(classroom, unit)
    assert "does not show" not in capsys.readouterr().out, "nothing has changed"

    mark_by_hand(classroom, unit, "anna", 1.0, "A comment is on the page alone.")
    grade_class(classroom, unit)
    assert "feedback-canvas.zip does not show the last changes" in capsys.readouterr().out

    mark_by_hand(classroom, unit, "anna", 2.0, "")
    grade_class(classroom, unit)
    out = capsys.readouterr().out
    assert "canvas.csv does not show the last changes" in out
    assert f"Run: autograder export {unit.name} --format canvas" in out
    assert "moodle" not in out and path.exists()


def test_a_unit_that_cannot_be_graded_keeps_no_other_unit_from_it(
    classroom: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    second = add_second_unit(classroom, unit)
    solved(classroom, unit, "anna")
    solved(classroom, second, "anna")
    change_points(classroom, unit, "check-forward", 7)

    assert main(["grade", "all"]) == 2

    error = capsys.readouterr().err
    assert f"autograder: {unit.name}: " in error and "forward is worth 7 points there" in error
    assert float(row(classroom, second, "anna")["automatic"]) == second.max_points
    assert (classroom.root / "reports" / "course.html").exists()
    change_points(classroom, second, "check-act", 7)
    assert main(["grade", "all"]) == 2


def test_there_is_no_page_of_a_course_in_which_nothing_is_graded(
    classroom: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report"]) == 2
    assert "Nothing is graded" in capsys.readouterr().err
