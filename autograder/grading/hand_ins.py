"""The folder `submitted/`: what each student handed in, and what is refused unopened."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course import Course
from autograder.grading.notebook import (
    InvalidNotebook,
    edited_answers,
    read_skeleton,
    read_submission,
)
from autograder.grading.timestamps import NotATime, handed_in_at
from autograder.results import Status
from autograder.units import Unit

#: What stands in names beside letters, digits and their marks.
_IN_NAMES = frozenset(" ,.@_+()-'’‘ʼ´·・\u2010\u2011\u2013")
#: Characters without a width that join letters in Indic and Persian names.
_JOINERS = frozenset("\u200c\u200d")
_LONGEST_NAME = 100
#: A browser may add an ending of its own to a notebook that it downloads.
_NOTEBOOK = re.compile(r".+\.ipynb(\.(txt|json))?", re.IGNORECASE | re.DOTALL)
#: A folder's name begins so that holds what came late at an unknown time: who says so follows.
LATE = "late according to "
_MOST_NOTEBOOKS = 20
_MOST_NAMES = 5


@dataclass(frozen=True)
class HandIn:
    """What a student handed in: the notebook file; or None, with the status that this leads to.

    warnings: what the instructor should know about the folder and its files. round: the name of
    the round in which this was handed in, empty where there are none.
    """

    student: str
    notebook: Path | None
    status: Status = Status.OK
    reason: str = ""
    warnings: tuple[str, ...] = ()
    round: str = ""

    def remarking(self, remarks: Iterable[str]) -> HandIn:
        """The same with these remarks before its warnings."""
        return replace(self, warnings=(*remarks, *self.warnings))


def submissions(course: Course, unit: Unit, students: Iterable[str] = ()) -> list[HandIn]:
    """What every known student handed in, in order of their ids.

    Known are the students given and those with a folder in `submitted/`.
    """
    root = course.root / "submitted"
    folders = [folder.name for folder in root.glob("*/")] if root.is_dir() else []
    known = sorted(set(students) | {name for name in folders if not name.startswith(".")})
    return [handed_in(root / student / unit.assignment, unit, course) for student in known]


def handed_in(folder: Path, unit: Unit, course: Course) -> HandIn:
    """What lies in one student's folder for a unit, `submitted/<student>/<assignment>`."""
    student = folder.parent.name
    if not is_student_id(student):
        reason = (
            "The folder's name is not a student's id: letters and digits, with "
            ". , _ - + @ ' ( ) and spaces between them."
        )
        return HandIn(student, None, Status.INVALID_NOTEBOOK, reason)
    if not os.path.lexists(folder):
        reason = f"Nothing was handed in for {unit.assignment}."
        return HandIn(student, None, Status.MISSING, reason)
    if not is_submission_folder(folder):
        reason = f"{unit.assignment} is a link or no folder: not opened."
        return HandIn(student, None, Status.INVALID_NOTEBOOK, reason)
    notebooks, others = _files(folder)
    if not notebooks:
        found = f", only {_listed(others)}" if others else ""
        reason = f"The folder handed in holds no {unit.name}.ipynb{found}."
        return HandIn(student, None, Status.MISSING, reason)
    notebook, warnings = _chosen(notebooks, folder, unit, course)
    return HandIn(student, notebook, warnings=(*warnings, *_time_warnings(notebook, folder)))


def is_student_id(name: str) -> bool:
    """Whether a folder's name is one that a student may have, in composed form (NFC).

    A letter or digit of any language comes first: no option, no hidden file, no formula.
    """
    return (
        0 < len(name) <= _LONGEST_NAME
        and unicodedata.is_normalized("NFC", name)
        and name == name.strip()
        and unicodedata.category(name[0])[0] in "LN"
        and all(
            unicodedata.category(character)[0] in "LMN" or character in _IN_NAMES | _JOINERS
            for character in name
        )
    )


def is_submission_folder(folder: Path) -> bool:
    """Whether this is a real folder of a student with a proper name, no link to elsewhere."""
    return (
        is_student_id(folder.parent.name)
        and not folder.parent.is_symlink()
        and not folder.is_symlink()
        and folder.is_dir()
    )


def compose_names(submitted: Path) -> dict[str, str]:
    """Rename students' folders whose letters and accents are stored apart (NFD, from macOS).

    Such a name looks like the roster's and is another one. Returns old and new names; a folder
    stays as it is where one with the composed name lies beside it.
    """
    renamed = {}
    for folder in sorted(submitted.glob("*/")) if submitted.is_dir() else []:
        composed = unicodedata.normalize("NFC", folder.name)
        beside = folder.with_name(composed)
        if composed != folder.name and not os.path.lexists(beside):
            try:
                folder.rename(beside)
            except OSError:
                continue  # it keeps its name, with which it is refused in one clear line
            renamed[folder.name] = composed
    return renamed


def _files(folder: Path) -> tuple[list[Path], list[str]]:
    """The notebooks in a folder and below, and the names of all other files."""
    notebooks, others = [], []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in [*files, *(one for one in folders if _NOTEBOOK.fullmatch(one))]:
            if name.startswith("."):
                continue
            path = Path(place, name)
            if _NOTEBOOK.fullmatch(name):
                notebooks.append(path)
            elif name not in ("timestamp.txt", "submission_secret.txt"):
                others.append(str(path.relative_to(folder)))
    return sorted(notebooks)[:_MOST_NOTEBOOKS], sorted(others)


def _chosen(
    notebooks: list[Path], folder: Path, unit: Unit, course: Course
) -> tuple[Path, list[str]]:
    """The notebook to grade: the one with most answers, of these the one with the usual name."""
    usual = folder / f"{unit.name}.ipynb"
    if len(notebooks) == 1:
        (only,) = notebooks
        return only, _renamed(only, folder, usual)
    skeleton = read_skeleton(course.released(unit.assignment))
    answers: dict[Path, int] = {}
    contents, notes = {}, {}
    for path in notebooks:
        try:
            submission = read_submission(path, skeleton)
            answers[path] = edited_answers(submission, skeleton)
            contents[path] = submission.cells
            notes[path] = f"edited answers: {answers[path]}"
        except InvalidNotebook as error:
            answers[path] = -1
            notes[path] = str(error)
    chosen = max(notebooks, key=lambda path: (answers[path], path == usual, path))
    different = [path for path in notebooks if contents.get(path) != contents.get(chosen)]
    if not different:
        return chosen, _renamed(chosen, folder, usual)
    listed = "; ".join(
        f"{_shown(path, folder)} ({notes[path]})" for path in different[:_MOST_NAMES]
    )
    kind = "several notebooks were handed in"
    return chosen, [f"{kind}: {_shown(chosen, folder)} was graded ({notes[chosen]}), not {listed}"]


def _renamed(path: Path, folder: Path, usual: Path) -> list[str]:
    at_usual_place = path == usual or (_is_late(path, folder) and path.parent.parent == folder)
    if at_usual_place and path.name == usual.name:
        return []
    return [f"handed in as {_shown(path, folder)}"]


def _is_late(path: Path, folder: Path) -> bool:
    return path.relative_to(folder).parts[0].startswith(LATE)


def _shown(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _time_warnings(notebook: Path, folder: Path) -> list[str]:
    try:
        when = handed_in_at(folder)
    except NotATime as error:
        return [f"timestamp.txt is not understood ({error}): taken as handed in on time"]
    if when is None and _is_late(notebook, folder):
        system = notebook.relative_to(folder).parts[0]
        return [f"{system}, time unknown"]
    return []
