"""Mutants of the reference solutions: small changes by a program, and which check caught each.

Written by `make mutants` into `solutions/<assignment>/mutants.json`; authors add to each mutant
that no check caught why it is equivalent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path

from autograder.course import Course
from autograder.results import TaskResult
from autograder.units import Unit


@dataclass(frozen=True)
class ReferenceMutant:
    """One changed line of a solution cell.

    operator: Cosmic Ray's, or `DeleteStatement`. caught_by: the check of the cell's own task, or
    None. equivalent: why no check needs to catch it, in words; empty if one should.
    """

    cell: str
    operator: str
    old: str
    new: str
    caught_by: str | None = None
    equivalent: str = ""

    @property
    def name(self) -> str:
        """The cell and the change."""
        return f"{self.cell}: {self.old} -> {self.new}"

    @property
    def survives(self) -> bool:
        """Whether no check caught it although one should."""
        return self.caught_by is None and not self.equivalent


def mutants_path(unit: Unit, course: Course) -> Path:
    """Where a unit's mutants are recorded."""
    return course.source(unit.assignment).with_name("mutants.json")


def read_mutants(unit: Unit, course: Course) -> list[ReferenceMutant]:
    """The recorded mutants of a unit; none if there is no record."""
    path = mutants_path(unit, course)
    if not path.is_file():
        return []
    return [ReferenceMutant(**mutant) for mutant in json.loads(path.read_text(encoding="utf-8"))]


def write_mutants(unit: Unit, course: Course, mutants: list[ReferenceMutant]) -> Path:
    """Record a unit's mutants, and keep the reasons that authors have written."""
    reasons = {
        (known.name, known.operator): known.equivalent for known in read_mutants(unit, course)
    }
    rows = [
        asdict(mutant) | {"equivalent": reasons.get((mutant.name, mutant.operator), "")}
        for mutant in mutants
    ]
    path = mutants_path(unit, course)
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def first_failed(result: TaskResult) -> str | None:
    """The first check that costs points; None if the task has all of them."""
    if result.points >= result.max_points:
        return None
    return next(check.check for check in result.checks if not check.passed and not check.note)


def solution_lines(lines: Sequence[str]) -> set[int]:
    """Numbers of the lines between the solution's markers."""
    inside, found = False, set()
    for number, line in enumerate(lines):
        if "### BEGIN SOLUTION" in line:
            inside = True
        elif "### END SOLUTION" in line:
            inside = False
        elif inside:
            found.add(number)
    return found


def changed_lines(old: Sequence[str], new: Sequence[str]) -> set[int]:
    """Numbers of the old lines that are different or gone."""
    return {
        number
        for tag, first, last, _, _ in SequenceMatcher(None, old, new).get_opcodes()
        if tag != "equal"
        for number in range(first, max(last, first + 1))
    }
