"""The folder `submitted/`: what each student handed in, and what is refused unopened."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course import Course
from autograder.grading.notebook import (
    InvalidNotebook,
    edited_answers,
    read_skeleton,
    read_submission,
)
from autograder.grading.timestamps import RECEIPTS, NotATime, handed_in_at
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

    folder: where it lies, with its timestamp.txt; the notebook may be further below. warnings: what
    the instructor should know about the folder and its files. round: the name of
    the round in which this was handed in, empty where there are none.
    """

    student: str
    folder: Path
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

    Known are the students given and those with a folder in `submitted/`, under the names that
    `compose_names` would give to the folders.
    """
    root = course.root / "submitted"
    folders = {one.name: one.name for one in root.glob("*/") if not one.name.startswith(".")}
    for old, new in decomposed_names(root).items():
        if old in folders:
            folders[new] = folders.pop(old)
    known = sorted({*students, *folders})
    return [
        handed_in(student, root / folders.get(student, student) / unit.assignment, unit, course)
        for student in known
    ]


def handed_in(student: str, folder: Path, unit: Unit, course: Course) -> HandIn:
    """What lies in one student's folder for a unit, `submitted/<student>/<assignment>`."""
    if not is_student_id(student):
        reason = (
            "The folder's name is not a student's id: letters and digits, with "
            ". , _ - + @ ' ( ) and spaces between them."
        )
        return HandIn(student, folder, None, Status.INVALID_NOTEBOOK, reason)
    if not os.path.lexists(folder):
        reason = f"Nothing was handed in for {unit.assignment}."
        return HandIn(student, folder, None, Status.MISSING, reason)
    if not _is_real_folder(folder):
        reason = f"{unit.assignment} is a link or no folder: not opened."
        return HandIn(student, folder, None, Status.INVALID_NOTEBOOK, reason)
    notebooks, others = _files(folder)
    if not notebooks:
        found = f", only {_listed(others)}" if others else ""
        reason = f"The folder handed in holds no {unit.name}.ipynb{found}."
        came = others or any(os.path.lexists(folder / name) for name in RECEIPTS)
        status = Status.INVALID_NOTEBOOK if came else Status.MISSING
        return HandIn(student, folder, None, status, reason)
    notebook, warnings = _chosen(notebooks, folder, unit, course)
    said = (*warnings, *_time_warnings(notebook, folder))
    return HandIn(student, folder, notebook, warnings=said)


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
    return is_student_id(folder.parent.name) and _is_real_folder(folder)


def _is_real_folder(folder: Path) -> bool:
    return not folder.parent.is_symlink() and not folder.is_symlink() and folder.is_dir()


def decomposed_names(submitted: Path) -> dict[str, str]:
    """Names of students' folders with letters and accents stored apart (NFD, from macOS).

    Such a name looks like the roster's and is another one. Returns each with its composed form,
    but none where a folder with that name lies beside it.
    """
    found: dict[str, str] = {}
    for folder in sorted(submitted.glob("*/")) if submitted.is_dir() else []:
        composed = unicodedata.normalize("NFC", folder.name)
        beside = os.path.lexists(folder.with_name(composed)) or composed in found.values()
        if composed != folder.name and not beside:
            found[folder.name] = composed
    return found


def compose_names(submitted: Path) -> dict[str, str]:
    """Rename students' folders whose names are decomposed; returns old and new names."""
    renamed = {}
    for old, new in decomposed_names(submitted).items():
        with suppress(OSError):  # it keeps its name, and nbgrader's own commands leave it out
            (submitted / old).rename(submitted / new)
            renamed[old] = new
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
            elif name not in RECEIPTS:
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
