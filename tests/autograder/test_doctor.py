"""The doctor finds what would spoil the grading of a class, before it is graded."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder import doctor
from autograder.course import Course
from autograder.gradebook.open_folders import open_to_others
from autograder.sandbox.probe import Check
from autograder.units import unit_named
from tests.autograder.gradebook_tools import REPOSITORY

UNIT = unit_named("meet_cartpole")


@pytest.fixture
def classroom(tmp_path: Path) -> Course:
    """A course with one released unit and no marks yet."""
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    (tmp_path / "units.txt").write_text(f"{UNIT.name}\n")
    released = Course(tmp_path).released(UNIT.assignment)
    released.parent.mkdir(parents=True)
    shutil.copy(Course(REPOSITORY).released(UNIT.assignment), released)
    return Course(tmp_path)


def failing(classroom: Course) -> dict[str, Check]:
    return {check.name: check for check in doctor.course_checks(classroom) if not check.ok}


def test_a_healthy_course_is_graded_by_a_real_worker(classroom: Course) -> None:
    checks = {check.name: check for check in doctor.course_checks(classroom)}

    assert all(check.ok for check in checks.values()), checks
    assert "processor seconds" in checks["meet_cartpole: a real worker"].detail
    assert not (classroom.root / "gradebook.db").exists()


def test_a_worker_that_cannot_work_is_found(
    classroom: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = classroom.released(UNIT.assignment)
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            cell.source = "import no_such_package\n" + cell.source
    nbformat.write(notebook, path)

    assert "no_such_package" in failing(classroom)["meet_cartpole: a real worker"].detail


def test_a_broken_configuration_and_old_notebooks_are_found(
    classroom: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_worker", lambda course, unit: "not asked here")
    config = classroom.root / "nbgrader_config.py"
    config.write_text("<<<<\n" + config.read_text())
    path = classroom.released(UNIT.assignment)
    path.write_text(path.read_text().replace('"points": 1', '"points": 8'))

    found = failing(classroom)

    assert "cannot be loaded" in found["settings and gradebook"].detail
    assert "Run: autograder build" in found["meet_cartpole: notebook"].detail


def test_what_others_can_read_is_named(classroom: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = classroom.root / "open"
    (folder / "solutions").mkdir(parents=True)
    (folder / "submitted").mkdir()
    (folder / "gradebook.db").write_bytes(b"")
    for path, mode in (("solutions", 0o755), ("submitted", 0o700), ("gradebook.db", 0o644)):
        (folder / path).chmod(mode)
    course = Course(folder)
    assert open_to_others(course) == [], "a folder above is closed to others"

    monkeypatch.setattr("autograder.gradebook.open_folders._lets_through", lambda folder: True)

    assert open_to_others(course) == ["solutions", "gradebook.db"]


def test_the_doctor_names_open_folders_and_how_to_close_them(
    classroom: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_worker", lambda course, unit: "not asked here")
    monkeypatch.setattr("autograder.gradebook.open_folders._lets_through", lambda folder: True)
    (classroom.root / "submitted").mkdir(mode=0o755)

    check = failing(classroom)["closed to other users"]

    assert check.detail == "submitted"
    assert "chmod o= submitted" in check.advice
    (classroom.root / "submitted").chmod(0o700)
    assert "closed to other users" not in failing(classroom)
