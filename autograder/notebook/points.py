"""The points of a unit so far: what each exercise earned when it was last checked."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from autograder.notebook.not_ready import NotReady
from autograder.rendering.html import environment
from autograder.rendering.palette import FAILED, PASSED, WAITING, Look
from autograder.rendering.text import number
from autograder.results import TaskResult
from autograder.units import Unit


@dataclass(frozen=True)
class Row:
    """An exercise and its points; earned: None if it was not checked yet."""

    name: str
    earned: float | None
    most: float

    @property
    def look(self) -> Look:
        """Solved, not solved yet, or not checked yet."""
        if self.earned is None:
            return WAITING
        return PASSED if self.earned >= self.most else FAILED

    @property
    def points(self) -> str:
        """`3 of 4`, or what can be earned."""
        if self.earned is None:
            return f"{number(self.most)}, not checked yet"
        return f"{number(self.earned)} of {number(self.most)}"


@dataclass(frozen=True)
class PointsReport:
    """A unit's exercises with their points; a notebook shows it as a table."""

    unit: str
    rows: tuple[Row, ...]
    in_words: Mapping[str, float] = field(default_factory=dict)  # points of questions, by hand

    @property
    def headline(self) -> str:
        """The sum of all points."""
        earned = sum(row.earned or 0 for row in self.rows)
        most = sum(row.most for row in self.rows)
        return f"{self.unit}: {number(earned)} of {number(most)} points so far"

    @property
    def remark(self) -> str:
        """What is still to do, in a sentence or two."""
        left = [row.name for row in self.rows if row.earned is None or row.earned < row.most]
        checked = f"Open: {', '.join(left)}." if left else "All exercises with a check are solved."
        if not self.in_words:
            return checked
        names = ", ".join(name.replace("-", " ") for name in self.in_words)
        points = number(sum(self.in_words.values()))
        return f"{checked} Questions in words ({points} points) are graded by hand: {names}."

    def __repr__(self) -> str:
        width = max(len(row.name) for row in self.rows)
        lines = [f"  {row.look.mark} {row.name:<{width}}  {row.points}" for row in self.rows]
        return "\n".join([self.headline, *lines, self.remark])

    def _repr_html_(self) -> str:
        return environment().get_template("rendering/points.html.j2").render(report=self)


class PointsSoFar:
    """What the exercises of a unit earned when they were last checked."""

    def __init__(self, unit: Unit, store: MutableMapping[str, object]) -> None:
        """store: where it is kept, by keys that are paths."""
        self._unit = unit
        self._store = store
        folder = hashlib.sha256(os.fsencode(Path.cwd())).hexdigest()[:16]
        self._key = f"autograder/{folder}/{unit.name}"
        self._earned = self._kept()

    def note(self, result: TaskResult) -> None:
        """Remember a result in the place of an older one."""
        self._earned[result.task] = result.points
        with suppress(OSError):  # a full or read-only disk: then until the kernel ends
            self._store[self._key] = dict(self._earned)

    def report(self, in_words: Mapping[str, float] | None = None) -> PointsReport:
        """All exercises, in the order of the notebook; in_words: points of questions, by hand."""
        rows = [
            Row(name.split("/")[1], self._earned.get(name), most)
            for name, most in self._unit.task_points
        ]
        return PointsReport(self._unit.name, tuple(rows), in_words or {})

    def summary(self) -> str:
        """One sentence about an earlier session; nothing where nothing was checked."""
        if not self._earned:
            return ""
        report = self.report()
        return f"When you last checked: {report.headline.split(': ')[1]}. {report.remark}"

    def _kept(self) -> dict[str, float]:
        """What an earlier kernel has left, as far as it fits the unit."""
        kept = self._store.get(self._key)
        if not isinstance(kept, dict):
            return {}
        return {
            name: float(kept[name])
            for name, most in self._unit.task_points
            if isinstance(kept.get(name), (int, float)) and 0 <= kept[name] <= most
        }


#: The units whose checks ran in this kernel, by name; the started one comes first.
_units: dict[str, PointsSoFar] = {}


def points_of(unit: Unit) -> PointsSoFar:
    """The points of a unit so far, with those of an earlier kernel in the same folder."""
    if unit.name not in _units:
        _units[unit.name] = PointsSoFar(unit, _store())
    return _units[unit.name]


def points_so_far(in_words: Mapping[str, float]) -> PointsReport:
    """The points of the unit that this notebook has started. Raises NotReady if there is none.

    in_words: the points of the questions that are graded by hand, by their names.
    """
    if not _units:
        raise NotReady("Run the first cell of the notebook: it starts the unit.")
    return next(iter(_units.values())).report(in_words)


def _store() -> MutableMapping[str, object]:
    """IPython's store of small values in the user's own profile; elsewhere a new one."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return {} if shell is None else shell.db
