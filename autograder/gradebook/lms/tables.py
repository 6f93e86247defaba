"""Tables of marks with the columns that Moodle, Canvas and ILIAS read.

Only those with a final mark have a row. Moodle takes an empty cell for 0 in a new column, and
Canvas for the wish to take back the mark that is there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.gradebook.lms.marks import Marks
from autograder.gradebook.roster import Person
from autograder.rendering.text import number, spreadsheet_cell

#: A student is passed in ILIAS from this share of the points on, unless it is told otherwise.
PASS_SHARE = 0.5


@dataclass(frozen=True)
class LeftOut:
    """The students with a mark that are not in a table, and what of each it would have needed."""

    students: tuple[str, ...] = ()
    needed: str = ""


def moodle(marks: Marks, path: Path) -> LeftOut:
    """Moodle: Grades, Import, CSV file. Map "Email address" or "ID number" to the user.

    Whichever more students have is there, and only those who have it: Moodle gives a row without
    it to the student of the row above. https://docs.moodle.org/en/Grade_import
    """
    finished = marks.finished
    mails = [(one, one.email, final) for one, final in finished if one.email]
    numbers = [(one, one.number, final) for one, final in finished if one.number]
    by_mail = len(mails) >= len(numbers)
    column, rows = ("Email address", mails) if by_mail else ("ID number", numbers)
    header = ("First name", "Last name", column, f"Assignment: {marks.name} (Real)")
    cells = ((one.first_name, one.last_name, key, number(final)) for one, key, final in rows)
    _write(path, [header, *cells])
    needed = "e-mail address" if by_mail else "lms_user_id"
    return _left_out(finished, (person for person, _, _ in rows), needed)


def canvas(marks: Marks, path: Path) -> LeftOut:
    """Canvas: Grades, Import. The second row has the points possible.

    A column whose name is no assignment of the course becomes a new one. Canvas goes by the ID,
    then the login, then the name; so the name is one that nobody has, with the student's id, which
    is taken for the login. Canvas's guide: "How do I import grades in the Gradebook?"
    """
    header = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", marks.name)
    possible = ("    Points Possible", "", "", "", "", number(marks.max_points))
    rows = [
        (_name_and_id(person), person.number, "", _login(person), "", number(final))
        for person, final in marks.finished
    ]
    _write(path, [header, possible, *rows])
    return LeftOut()


def ilias(marks: Marks, path: Path, pass_share: float = PASS_SHARE) -> LeftOut:
    """ILIAS: the status file of an exercise, which its plugin ExerciseStatusFile reads.

    pass_share: from this share of the points on, the status is `passed`.
    https://github.com/ilifau/ExerciseStatusFile
    """
    finished = marks.finished
    rows = [(person, final) for person, final in finished if person.number]
    header = (
        "update", "usr_id", "login", "lastname", "firstname", "status", "mark", "notice", "comment",
        "plagiarism", "plag_comment",
    )  # fmt: skip
    cells = (
        (
            1, one.number, one.student, one.last_name, one.first_name,
            "passed" if final >= pass_share * marks.max_points else "failed", number(final),
            "", "", "", "",
        )
        for one, final in rows
    )  # fmt: skip
    _write(path, [header, *cells])
    return _left_out(finished, (person for person, _ in rows), "lms_user_id")


def _left_out(
    finished: Iterable[tuple[Person, float]], there: Iterable[Person], needed: str
) -> LeftOut:
    known = set(there)
    return LeftOut(tuple(person.student for person, _ in finished if person not in known), needed)


def _name_and_id(person: Person) -> str:
    names = (person.last_name, person.first_name)
    return f"{', '.join(filter(None, names))} ({person.student})".strip()


def _login(person: Person) -> str:
    """The student's id; none where it is made of the name in a download."""
    return "" if person.student.endswith(f"_{person.number}") else person.student


def _write(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([spreadsheet_cell(cell) for cell in row] for row in rows)
