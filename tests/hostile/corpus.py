"""The hostile submissions: each is a small file in `submissions/` that says what it tries.

A file's docstring is the attack in one sentence. It may define:

FAMILY      what the attack is about, in the words of the library of attacks
EXPECTED    the status, or several that are all fine (default: ok)
HONEST      points that its honest part is worth, without those of LEARNS
LEARNS      True: all exercises are answered that an agent needs to be trained at all
LOST        True if the attack costs its author even these
UNIT        "little" (default), "policy_network", one of those with Q-values, or several, each
            attacked by itself
SOLVED      exercises answered as they should be; all others are left as released
CELLS       what the attacker wrote into exercises, by name
FIRST, LAST a code cell added at the top, at the end
notebook    a function that changes the notebook (a dict) and returns it, or bytes instead
place       a function that puts something at the notebook's path by itself

`@PORT@` in a source stands for the number of a listening socket, `@MARK@` for the name that every
file which an attack leaves behind must bear.
"""

from __future__ import annotations

import copy
import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.authoring.edits import reference
from autograder.course import Course
from autograder.units import Unit, unit_named
from tests.hostile import little

FOLDER = Path(__file__).parent / "submissions"
MARK = "hostile-was-here"


@dataclass(frozen=True)
class Hostile:
    """One attack, and what is to come of it."""

    name: str
    attack: str
    family: str
    expected: tuple[str, ...]
    honest: float
    lost: bool
    unit: Unit
    solved: tuple[str, ...]
    cells: Mapping[str, str]
    first: str | None
    last: str | None
    notebook: Callable[[dict[str, Any]], dict[str, Any] | bytes] | None
    place: Callable[[Path], None] | None

    def hand_in(self, course: Course, port: int) -> Path:
        """Write the submission into the course's `submitted/`."""
        path = hand_in_path(course, self.name, self.unit)
        if self.place is not None:
            self.place(path)
            return path
        notebook: dict[str, Any] | bytes = self._notebook(course)
        if self.notebook is not None:
            notebook = self.notebook(notebook)  # type: ignore[arg-type]
        if isinstance(notebook, dict):
            notebook = json.dumps(notebook).encode()
        path.write_bytes(
            notebook.replace(b"@PORT@", b"%d" % port).replace(b"@MARK@", MARK.encode())
        )
        return path

    def _notebook(self, course: Course) -> dict[str, Any]:
        right = right_answers(self.unit)
        answers = {name: right[name] for name in self.solved} | dict(self.cells)
        notebook = answered(course, self.unit, answers)
        for place, source in ((0, self.first), (len(notebook["cells"]) + 1, self.last)):
            if source is not None:
                notebook["cells"].insert(place, added_cell(source))
        return notebook


def hand_in_path(course: Course, student: str, unit: Unit) -> Path:
    """Where a student's notebook lies; its folder is made."""
    path = course.root / "submitted" / student / unit.assignment / f"{unit.name}.ipynb"
    path.parent.mkdir(parents=True)
    return path


def answered(course: Course, unit: Unit, answers: Mapping[str, str]) -> dict[str, Any]:
    """The released notebook with these answers, as plain JSON values."""
    released = nbformat.read(course.released(unit.assignment), as_version=4)
    for cell in released.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    plain: dict[str, Any] = json.loads(nbformat.writes(released))
    return plain


def right_answers(unit: Unit) -> dict[str, str]:
    """The reference's answer to each exercise."""
    if unit.name == "little":
        return dict(little.SOLVED)
    cells = reference(unit, Course(little.REPOSITORY)).cells
    return {cell.name: cell.source for cell in cells if cell.solution and cell.cell_type == "code"}


def added_cell(source: str) -> dict[str, Any]:
    """A code cell that a student inserted."""
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }


def unit_of(name: str) -> Unit:
    """The unit that an attack is directed against."""
    return little.LITTLE if name == "little" else unit_named(name)


def exercises_until_learning(unit: Unit) -> dict[str, float]:
    """The points of each exercise, up to the one without which no agent is trained."""
    assert unit.agent is not None
    names = [task.name.split("/")[1] for task in unit.tasks]
    last = max(map(names.index, unit.agent.learns_in))
    return {name: task.points for name, task in zip(names[: last + 1], unit.tasks, strict=False)}


def points_until_learning(unit: Unit) -> float:
    """What somebody has earned whose agent is trained."""
    return sum(exercises_until_learning(unit).values())


def load() -> list[Hostile]:
    """Every attack, by name."""
    return [attack for path in sorted(FOLDER.glob("*.py")) for attack in _load(path)]


def _load(path: Path) -> list[Hostile]:
    """The attack of one file, once for each unit."""
    spec = importlib.util.spec_from_file_location(f"hostile_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    expected = getattr(module, "EXPECTED", "ok")
    units = getattr(module, "UNIT", "little")
    learns = getattr(module, "LEARNS", False)
    return [
        Hostile(
            name=path.stem,
            attack=(module.__doc__ or "").strip(),
            family=module.FAMILY,
            expected=(expected,) if isinstance(expected, str) else tuple(expected),
            honest=module.HONEST + (points_until_learning(unit_of(unit)) if learns else 0),
            lost=getattr(module, "LOST", False),
            unit=unit_of(unit),
            solved=(
                tuple(exercises_until_learning(unit_of(unit)))
                if learns
                else tuple(getattr(module, "SOLVED", ()))
            ),
            cells=copy.copy(getattr(module, "CELLS", {})),
            first=getattr(module, "FIRST", None),
            last=getattr(module, "LAST", None),
            notebook=getattr(module, "notebook", None),
            place=getattr(module, "place", None),
        )
        for unit in ((units,) if isinstance(units, str) else units)
    ]
