"""The answers that the course knows (mistakes, right and blind ones), asked about a mutant.

What they earn, and which mistake each check names, is what `autograder record` writes down and
`autograder compare` compares: a mutant that changes it would be noticed there.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache
from importlib import import_module
from pathlib import Path

from autograder.authoring.imports import imported, reachable
from mutation.modules import name_of
from mutation.mutant import apart

#: So many answers are asked at most: Keras compiles for each.
MOST, MOST_KERAS = 120, 24
#: unit, kind, name and tasks of an answer.
Question = tuple[str, str, str, list[str]]
#: The answer's key and its task; points, and the mistake that each check names.
Verdict = tuple[str, list[object]]


@cache
def questions_about(module: Path) -> list[Question]:
    """Answers to the tasks whose checks use a module, a path below the working directory.

    Drawn with a fixed seed where there are too many; those to Keras units come last.
    """
    # Here, not above: the process that is forked must have imported nothing that is mutated.
    from autograder.authoring.recording import known_answers
    from autograder.course import Course
    from autograder.units import units_of

    course = Course(Path.cwd())
    chosen: list[Question] = []
    quick: list[Question] = []
    for unit in units_of(course):
        tasks = [task.name for task in unit.tasks if name_of(module) in _used_by(unit.name, task)]
        found = quick if unit.framework != "tensorflow" else chosen
        for entry in known_answers(course, unit):
            asked = [name for name in tasks if entry.task in (None, name)]
            if asked:
                found.append((entry.unit, entry.kind, entry.name, asked))
    return [*_drawn(quick, MOST), *_drawn(chosen, MOST_KERAS)]


def ask_answers(path: Path, source: str, questions: list[Question], output: Path) -> None:
    """Write what the answers earn when a module has this source, as JSON, and end this process."""
    said = apart(path, source, output)
    verdicts = dict(_verdicts(questions))
    os.write(said, json.dumps(verdicts).encode())
    os._exit(0)


def compare_answers(
    path: Path, source: str, questions: list[Question], expected: dict[str, list[object]]
) -> None:
    """End this process with 1 as soon as an answer earns something else than expected, or 0."""
    apart(path, source, Path(os.devnull))
    for key, verdict in _verdicts(questions):
        if key in expected and json.loads(json.dumps(verdict)) != expected[key]:
            os._exit(1)
    os._exit(0)


def _verdicts(questions: list[Question]) -> Iterator[Verdict]:
    from autograder.authoring.recording import Entry, RecordedCourse, asked
    from autograder.units import unit_named

    course = RecordedCourse(Path.cwd())
    for unit, kind, name, tasks in questions:
        entry = Entry(unit, kind, name)
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
            results = asked(course, unit_named(unit), entry, tasks)
        for task in results:
            mistakes = [check.mistake for check in task.checks]
            yield f"{entry.key} {task.task}", [task.points, mistakes]


def _drawn(questions: list[Question], most: int) -> list[Question]:
    return random.Random(0).sample(questions, min(most, len(questions)))


def _used_by(unit: str, task: object) -> frozenset[str]:
    """The modules that the checks of a task are made of."""
    file = sys.modules[f"autograder.units.{unit}"].__file__
    assert file is not None
    beside = [name for name in imported(Path(file)) if name.startswith("autograder.")]
    defining = [
        name
        for name in beside
        if any(value is task for value in vars(import_module(name)).values())
    ]
    return _reached(frozenset([*defining, type(task).__module__]))


@cache
def _reached(modules: frozenset[str]) -> frozenset[str]:
    return frozenset(reachable(modules, ("autograder",)))
