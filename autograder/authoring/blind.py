"""Blind answers: by writers who had read the student's notebook and nothing else of the course.

`solutions/<assignment>/blind/wrong/<exercise>/<name>.py` is one cell with a mistake; its first
lines state what its writer believed and what is really wrong. `blind/right/<name>.py` is a whole
notebook without a mistake: the source of each cell follows a line `# %% <cell>`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.grading.notebook import Submission
from autograder.units import Unit

_HEADER = re.compile(r"^# (believed|truth|hand): *(.*)$")
_CELL = re.compile(r"^# %% *(\S+) *$", re.MULTILINE)


@dataclass(frozen=True)
class BlindAnswer:
    """One file. name: `<exercise>/<name>` of a wrong answer, `<name>` of a right one.

    task: where a wrong answer must lose points. cells: the source of each cell it replaces.
    """

    name: str
    task: str | None
    believed: str
    truth: str
    cells: Mapping[str, str]


def wrong_answers_of(unit: Unit, course: Course) -> tuple[BlindAnswer, ...]:
    """The wrong blind answers of a unit, one cell each."""
    paths = sorted(_folder(unit, course).glob("wrong/*/*.py"))
    return tuple(_wrong(path, unit) for path in paths)


def right_notebooks_of(unit: Unit, course: Course) -> tuple[BlindAnswer, ...]:
    """The right blind notebooks of a unit."""
    return tuple(_right(path) for path in sorted(_folder(unit, course).glob("right/*.py")))


def answered(submission: Submission, answer: BlindAnswer) -> Submission:
    """The submission with the answer's cells. Raises CourseError if it has no such cell."""
    unknown = set(answer.cells) - {cell.name for cell in submission.cells}
    if unknown:
        raise CourseError(f"{answer.name}: no cell {', '.join(sorted(unknown))} to replace")
    return submission.with_sources(answer.cells)


def _folder(unit: Unit, course: Course) -> Path:
    return course.source(unit.assignment).with_name("blind")


def _wrong(path: Path, unit: Unit) -> BlindAnswer:
    exercise, source = path.parent.name, path.read_text(encoding="utf-8")
    header = _header(source)
    return BlindAnswer(
        name=f"{exercise}/{path.stem}",
        task=f"{unit.name}/{exercise}",
        believed=header.get("believed", ""),
        truth=header.get("truth", ""),
        cells={exercise: source},
    )


def _right(path: Path) -> BlindAnswer:
    source = path.read_text(encoding="utf-8")
    _, *pieces = _CELL.split(source)
    cells = dict(zip(pieces[::2], pieces[1::2], strict=True))
    hand = _header(source).get("hand", "")
    return BlindAnswer(name=path.stem, task=None, believed=hand, truth="", cells=cells)


def _header(source: str) -> dict[str, str]:
    """The `# key: value` lines before anything else."""
    found = {}
    for line in source.splitlines():
        match = _HEADER.match(line)
        if match is None:
            break
        found[match[1]] = match[2].strip()
    return found


def ratings_of(unit: Unit, course: Course) -> dict[str, dict[str, str]]:
    """What an independent reader made of each wrong answer's first message.

    `{name: {"message": …, "rating": "right cause" | "vague" | "wrong"}}`.
    """
    path = _folder(unit, course) / "ratings.json"
    if not path.is_file():
        return {}
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found
