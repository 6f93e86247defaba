"""Ask each unit's checks about mutants of its reference solution: `make mutants`.

A mutant is one changed place between `### BEGIN SOLUTION` and `### END SOLUTION`. It must lose
points at the task of its own cell, or stand in the record as equivalent, with the reason.
"""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from types import FrameType

from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names
from tqdm import tqdm

from autograder.authoring.build import units_with_source
from autograder.authoring.edits import reference, silent_student_of
from autograder.authoring.mutants import (
    ReferenceMutant,
    changed_lines,
    first_failed,
    read_mutants,
    solution_lines,
    write_mutants,
)
from autograder.authoring.parallel import in_parallel
from autograder.checks.judge import judge
from autograder.course import Course
from autograder.units import Unit, unit_named
from mutation.deletion import DeleteStatement

#: A mutant whose loop never ends is caught after so many seconds.
PATIENCE_S = 120
SEED = 1
#: Operators on bits. In the place of arithmetic they raise on floats, and every check notices.
_ON_BITS = {"BitOr", "BitAnd", "BitXor", "RShift", "LShift", "Invert"}


class Endless(BaseException):
    """A mutant runs for too long; no student's `except Exception` catches it."""


@dataclass(frozen=True)
class Question:
    """A mutated cell of a unit."""

    unit: str
    source: str
    mutant: ReferenceMutant


def questions(unit: Unit, course: Course) -> list[Question]:
    """Every mutant of the solutions of a unit whose tasks are checked."""
    tasks = {task.name for task in unit.tasks}
    return [
        Question(unit.name, mutated, mutant)
        for cell in reference(unit, course).cells
        if cell.solution and f"{unit.name}/{cell.name}" in tasks
        for mutant, mutated in mutants_of(cell.name, cell.source)
    ]


def mutants_of(cell: str, source: str) -> Iterator[tuple[ReferenceMutant, str]]:
    """Each mutant of the lines between the solution's markers, with the cell's whole source."""
    lines = source.splitlines()
    solution = solution_lines(lines)
    seen = set()
    for name, operator in _operators():
        for occurrence in count():
            mutated = mutate_code(source, operator, occurrence)
            if mutated is None:
                break
            changed = changed_lines(lines, mutated.splitlines())
            if mutated in seen or not changed or not changed <= solution:
                continue
            seen.add(mutated)
            first = min(changed)
            new = mutated.splitlines()[first].strip() if first < len(mutated.splitlines()) else ""
            yield ReferenceMutant(cell, name, lines[first].strip(), new), mutated


def examine(root: Path, question: Question) -> ReferenceMutant:
    """The mutant, with the first check of its own task that fails."""
    course, unit = Course(root), unit_named(question.unit)
    (task,) = [task for task in unit.tasks if task.name == f"{unit.name}/{question.mutant.cell}"]
    mutated = reference(unit, course).with_sources({question.mutant.cell: question.source})
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(PATIENCE_S)
    try:
        student = silent_student_of(mutated, unit)
        caught = first_failed(judge(task, student, SEED))
    except Endless:
        caught = "takes too long"
    finally:
        signal.alarm(0)
    return replace(question.mutant, caught_by=caught)


def _operators() -> Iterator[tuple[str, Operator]]:
    yield "DeleteStatement", DeleteStatement()
    for name in sorted(operator_names()):
        operator = get_operator(name)
        if not operator.arguments() and _makes_sense(name):
            yield name.removeprefix("core/"), operator()


def _makes_sense(name: str) -> bool:
    """Whether a student could mean the new one: no bits of floats, no `is` in place of `==`."""
    _, *operators = name.split("_")
    if len(operators) != 2 or operators[0] == "Delete":
        return True
    old, new = operators
    return not {old, new} & {"Is", "IsNot"} and (new not in _ON_BITS or old in _ON_BITS)


def _end(number: int, frame: FrameType | None) -> None:
    raise Endless


def main() -> int:
    """0 when every mutant is caught or has a reason, else 1."""
    parser = ArgumentParser(prog="mutants", description="Mutate the reference solutions.")
    parser.add_argument("units", nargs="*", metavar="UNIT", help="default: all")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    course = Course.find()
    left = 0
    for unit in [unit_named(name) for name in arguments.units] or units_with_source(course):
        asked = questions(unit, course)
        answers = in_parallel(partial(examine, course.root), asked, arguments.jobs)
        found = list(tqdm(answers, total=len(asked), desc=unit.name, unit="mutant"))
        found.sort(key=lambda mutant: (mutant.cell, mutant.name, mutant.operator))
        path = write_mutants(unit, course, found)
        survivors = [mutant for mutant in read_mutants(unit, course) if mutant.survives]
        print(f"{unit.name}: {len(survivors)} of {len(found)} survive, all in {path.name}")
        for mutant in survivors:
            print(f"  {mutant.name}  ({mutant.operator})")
        left += len(survivors)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
