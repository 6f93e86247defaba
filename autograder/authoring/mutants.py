"""Mutants of the reference solutions: small changes by a program, and which check caught each.

Written by `make mutants` into `solutions/<assignment>/mutants.json`; authors add to each mutant
that no check caught why it is equivalent.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.course import Course
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
