"""Tables of marks with the columns that Moodle, Canvas and ILIAS read."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from autograder.gradebook.lms.marks import Marks, Person
from autograder.rendering.text import number, spreadsheet_cell

#: A student is passed in ILIAS from this share of the points on, unless it is told otherwise.
PASS_SHARE = 0.5


def moodle(marks: Marks, path: Path) -> list[str]:
    """Moodle: Grades, Import, CSV file. Map "Email address" or "ID number" to the user.

    Returns the students who are left out: the roster has neither of them.
    https://docs.moodle.org/en/Grade_import
    """
    rows, unknown = [], []
    for person in marks.people:
        if not person.email and not person.number:
            unknown.append(person.student)
            continue
        names = (person.first_name, person.last_name, person.number, person.email)
        rows.append((*names, _points(marks, person)))
    header = ("First name", "Last name", "ID number", "Email address")
    _write(path, [(*header, f"Assignment: {marks.name} (Real)"), *rows])
    return unknown


def canvas(marks: Marks, path: Path) -> list[str]:
    """Canvas: Grades, Import. The second row has the points possible.

    A column whose name is no assignment of the course becomes a new one. Nobody is left out: the
    student's id is taken for the login. Canvas's guide: "How do I import grades in the Gradebook?"
    """
    header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", marks.name)
    possible = ("    Points Possible", "", "", "", "", number(marks.max_points))
    rows = [
        (_last_name_first(person), person.number, "", _login(person), "", _points(marks, person))
        for person in marks.people
    ]
    _write(path, [header, possible, *rows])
    return []


def ilias(marks: Marks, path: Path, pass_share: float = PASS_SHARE) -> list[str]:
    """ILIAS: the status file of an exercise, which its plugin ExerciseStatusFile reads.

    pass_share: from this share of the points on, the status is `passed`. Returns the students who
    are left out, because their number in ILIAS is not known.
    https://github.com/ilifau/ExerciseStatusFile
    """
    rows, unknown = [], []
    for person in marks.people:
        final = marks.final(person)
        if not person.number:
            unknown.append(person.student)
        elif final is not None:
            status = "passed" if final >= pass_share * marks.max_points else "failed"
            names = (person.number, person.student, person.last_name, person.first_name)
            rows.append((1, *names, status, number(final), "", "", "", ""))
    header = (
        "update", "usr_id", "login", "lastname", "firstname", "status", "mark", "notice", "comment",
        "plagiarism", "plag_comment",
    )  # fmt: skip
    _write(path, [header, *rows])
    return unknown


def _points(marks: Marks, person: Person) -> str:
    """A mark as a cell: empty where there is none yet, so that nothing is overwritten."""
    final = marks.final(person)
    return "" if final is None else number(final)


def _last_name_first(person: Person) -> str:
    if person.last_name and person.first_name:
        return f"{person.last_name}, {person.first_name}"
    return person.full_name


def _login(person: Person) -> str:
    """The student's id, without the number that follows it in the name of a download."""
    return person.student.removesuffix(f"_{person.number}") if person.number else person.student


def _write(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([spreadsheet_cell(cell) for cell in row] for row in rows)
