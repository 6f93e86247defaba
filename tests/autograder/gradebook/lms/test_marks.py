"""Whom a mark goes to in a learning management system: its student, or nobody."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.gradebook.downloads import Participant, System
from autograder.gradebook.final_mark import FinalMark
from autograder.gradebook.lms.gradescope import gradescope
from autograder.gradebook.lms.marks import Marks, with_numbers
from autograder.gradebook.lms.tables import LeftOut, canvas, ilias, moodle
from autograder.gradebook.roster import Person
from autograder.gradebook.uploaders import Uploader

Table = Callable[[Marks, Path], LeftOut]


def final_mark(points: float, waiting: tuple[str, ...] = ()) -> FinalMark:
    return FinalMark({"act": points}, 0.0, 0.0, waiting, 0.0, 0.0, 10.0)


def marks(*people: Person, **changed: FinalMark) -> Marks:
    """Marks of these people: the first has 1 point, the second 2, and so on."""
    points = {person.student: final_mark(n) for n, person in enumerate(people, 1)}
    return Marks.told_apart("Homework", 10.0, people, points | changed)


def written(table: Table, given: Marks, path: Path) -> tuple[list[list[str]], LeftOut]:
    left_out = table(given, path)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:], left_out


def uploader(system: System, number: str) -> Uploader:
    return Uploader(Participant(system, "Anna Muster", "Anna Muster", number), "")


def test_moodles_number_of_an_upload_is_nobodys_id() -> None:
    anna = Person("anna", "Anna", "Muster")
    numbers = [
        one.number
        for system in System
        for one in with_numbers([anna], {"anna": uploader(system, "4711")})
    ]

    assert numbers == ["", "4711", "4711"]


def test_the_systems_own_download_knows_the_number_better_than_the_roster() -> None:
    anna = Person("anna", number="of another system")

    assert [one.number for one in with_numbers([anna], {})] == ["of another system"]
    uploaded = {"anna": uploader(System.CANVAS, "4712")}
    assert [one.number for one in with_numbers([anna], uploaded)] == ["4712"]


def test_in_moodle_no_row_lacks_what_it_is_found_by(tmp_path: Path) -> None:
    """Moodle would give the mark of such a row to the student of the row above."""
    given = marks(
        Person("anna", "Anna", "M", "a@x", "1"),
        Person("bert", number="2"),
        Person("carl", number="3"),
    )

    rows, left_out = written(moodle, given, tmp_path / "moodle.csv")
    assert rows == [["Anna", "M", "1", "1"], ["", "", "2", "2"], ["", "", "3", "3"]]
    assert left_out == LeftOut((), "lms_user_id")

    given = marks(Person("anna", email="a@x"), Person("bert", number="2"))
    rows, left_out = written(moodle, given, tmp_path / "moodle.csv")
    assert rows == [["", "", "a@x", "1"]]
    assert left_out == LeftOut(("bert",), "e-mail address")


@pytest.mark.parametrize("table", (moodle, canvas, ilias))
def test_nobody_without_a_final_mark_has_a_row(table: Table, tmp_path: Path) -> None:
    """Moodle takes an empty cell for 0, and Canvas takes back the mark that is there."""
    people = [Person(name, email=f"{name}@x", number=name) for name in ("anna", "bert")]
    given = marks(*people, bert=final_mark(2, waiting=("question-why",)))

    rows, left_out = written(table, given, tmp_path / "table.csv")
    assert not any("bert" in cell for row in rows for cell in row)
    assert left_out.students == ()
    assert given.open == ("bert",)


@pytest.mark.parametrize("table", (moodle, ilias))
def test_what_two_people_share_finds_neither(table: Table, tmp_path: Path) -> None:
    given = marks(
        Person("anna", email="both@x", number="7"),
        Person("bert", email="Both@x", number="7"),
        Person("carl", email="c@x", number="8"),
    )

    rows, left_out = written(table, given, tmp_path / "table.csv")
    assert len(rows) == 1 and "3" in rows[0]
    assert left_out.students == ("anna", "bert")


def test_canvas_can_find_nobody_by_a_name(tmp_path: Path) -> None:
    given = marks(
        Person("anna", "Anna", "Muster"),
        Person("mustermax_4712", number="4712"),
        Person("carl", "Carl"),
    )

    rows, _ = written(canvas, given, tmp_path / "canvas.csv")
    assert [row[0:4] for row in rows[1:]] == [
        ["Muster, Anna (anna)", "", "", "anna"],
        ["(mustermax_4712)", "4712", "", ""],
        ["Carl (carl)", "", "", "carl"],
    ]


def test_gradescope_finds_nobody_by_what_is_somebody_elses_too(tmp_path: Path) -> None:
    given = marks(
        Person("anna", "Anna", "Muster"),
        Person("bert", number="anna"),
        Person("carl", email="same@x"),
        Person("dora", email="same@x"),
    )

    gradescope(given, tmp_path / "autograder.zip")

    with zipfile.ZipFile(tmp_path / "autograder.zip") as file:
        results = json.loads(file.read("results_by_student.json"))
    assert {
        field: {key: one["score"] for key, one in known.items()} for field, known in results.items()
    } == {"email": {}, "sid": {"bert": 2, "carl": 3, "dora": 4}}
