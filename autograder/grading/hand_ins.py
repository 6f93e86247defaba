"""The folder `submitted/`: what each student handed in, and what is refused without opening it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.results import Status
from autograder.units import Unit

#: A letter or digit of any language first: no option, no hidden file, no formula, no markup.
_STUDENT = re.compile(r"\w[\w ,.@-]{0,99}")


@dataclass(frozen=True)
class HandIn:
    """What a student handed in: the notebook file; or None, with the status that this leads to."""

    student: str
    notebook: Path | None
    status: Status = Status.OK
    reason: str = ""


def submissions(course: Course, unit: Unit, students: Iterable[str] = ()) -> list[HandIn]:
    """What every known student handed in, in order of their ids.

    Known are the students given and those with a folder in `submitted/`.
    """
    root = course.root / "submitted"
    folders = [folder.name for folder in root.glob("*/")] if root.is_dir() else []
    known = sorted(set(students) | {name for name in folders if not name.startswith(".")})
    return [_hand_in(root / student / unit.assignment, unit) for student in known]


def is_student_id(name: str) -> bool:
    """Whether a folder's name is one that a student may have."""
    return _STUDENT.fullmatch(name) is not None and name.isprintable() and name == name.strip()


def is_submission_folder(folder: Path) -> bool:
    """Whether this is a real folder of a student with a proper name, no link to elsewhere."""
    return (
        is_student_id(folder.parent.name)
        and not folder.parent.is_symlink()
        and not folder.is_symlink()
        and folder.is_dir()
    )


def _hand_in(folder: Path, unit: Unit) -> HandIn:
    student = folder.parent.name
    if not is_student_id(student):
        reason = "The folder's name is not a student's id: letters, digits and . , _ - @ only."
        return HandIn(student, None, Status.INVALID_NOTEBOOK, reason)
    if not os.path.lexists(folder):
        reason = f"Nothing was handed in for {unit.assignment}."
        return HandIn(student, None, Status.MISSING, reason)
    if not is_submission_folder(folder):
        reason = f"{unit.assignment} is a link or no folder: not opened."
        return HandIn(student, None, Status.INVALID_NOTEBOOK, reason)
    notebook = folder / f"{unit.name}.ipynb"
    if not os.path.lexists(notebook):
        reason = f"The folder handed in holds no {unit.name}.ipynb."
        return HandIn(student, None, Status.MISSING, reason)
    return HandIn(student, notebook)
