"""The command: a page for the instructor, and files that JPlag and Dolos read."""

from __future__ import annotations

import csv
import io
import zipfile
from math import comb
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.authoring.blind import right_notebooks_of
from autograder.cli import main
from autograder.course import Course
from autograder.similarity.answers import known_answers
from autograder.similarity.pairs import pairs
from autograder.similarity.pieces import pieces_of
from autograder.units import Unit, unit_named, unit_names
from tests.autograder.gradebook_tools import REPOSITORY, hand_in, make_course
from tests.autograder.similarity.test_pairs import CODE, OTHER, RENAMED

EXERCISES = ("forward", "act", "returns", "normalise", "loss", "update")


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def course(tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> Course:
    """Two with the same answers under other names, two of their own, and no notebook at all."""
    monkeypatch.chdir(tmp_path)
    course = make_course(tmp_path, unit)
    for student, code in (("anna", CODE), ("ben", RENAMED), ("carl", OTHER), ("dora", "x = 1")):
        path = hand_in(course, unit, student, dict.fromkeys(EXERCISES, code))
    (path.parent / "timestamp.txt").write_text("2026-05-04 23:59:00 +02:00")
    (tmp_path / "submitted" / "eve" / unit.assignment).mkdir(parents=True)
    nonsense = tmp_path / "submitted" / "eve" / unit.assignment / f"{unit.name}.ipynb"
    nonsense.write_text("[" * 100_000)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        gradebook.add_student("dora", first_name="Dora", last_name="Öz")
    return course


def test_the_page_shows_pairs_and_accuses_nobody(
    course: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["similarity", unit.name]) == 0
    assert "4 submissions compared, 1 pairs" in capsys.readouterr().out
    html = (course.root / "reports" / unit.assignment / "similarity.html").read_text()
    page = BeautifulSoup(html, "html.parser")
    [row] = page.select("#pairs tbody tr")
    assert [cell.get_text() for cell in row.select("th")] == ["anna", "ben"]
    assert "loss: 100 %, 2" in row.get_text()
    text = page.get_text().lower()
    assert not [word for word in ("plagiari", "cheat", "copied", "fraud") if word in text]
    assert "eve: " in page.get_text()  # it could not be read, which harms nobody else


def test_jplag_gets_a_folder_for_each_student_and_the_stubs(
    course: Course, unit: Unit, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert main(["similarity", unit.name, "--export", "jplag", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["_base", "anna", "ben", "carl", "dora"]
    assert "NotImplementedError" in (out / "_base" / f"{unit.name}.py").read_text()
    program = (out / "anna" / f"{unit.name}.py").read_text()
    assert "# returns\n" in program and "reversed(rewards)" in program
    compile(program, "anna", "exec")


def test_dolos_gets_a_zip_with_its_table(course: Course, unit: Unit, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["similarity", unit.name, "--export", "dolos", str(out)]) == 0
    with zipfile.ZipFile(out / f"{unit.name}.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("info.csv").decode())))
        assert {row["filename"] for row in rows} == set(archive.namelist()) - {"info.csv"}
    assert rows[-1] == {
        "filename": "dora.py", "full_name": "Dora Öz", "created_at": "2026-05-04 21:59:00 +0000",
    }  # fmt: skip


@pytest.mark.parametrize("name", unit_names())
def test_of_people_who_did_not_know_each_other_hardly_any_pair_is_listed(name: str) -> None:
    unit, repository = unit_named(name), Course(REPOSITORY)
    notebooks = right_notebooks_of(unit, repository)
    answers = {
        one.name: {cell: pieces_of("code", source) for cell, source in one.cells.items()}
        for one in notebooks
    }
    assert len(answers) >= 20
    # Some beginners wrote cells alike to the letter: of 200 pairs one may be listed.
    listed = pairs(answers, known_answers(repository, unit))
    assert len(listed) <= comb(len(answers), 2) / 200


def test_an_unknown_program_is_refused_in_one_line(
    course: Course, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["similarity", unit.name, "--export", "moss", "out"]) == 2
    assert "jplag and dolos, not moss" in capsys.readouterr().err
