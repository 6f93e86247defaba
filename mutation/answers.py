"""The answers that the course knows (mistakes, right and blind ones), asked about a mutant.

What they earn, which mistake each check names, and in which words, is what `autograder record`
writes down and `autograder compare` compares: a mutant that changes it would be noticed there.
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
from typing import TYPE_CHECKING, NamedTuple

from autograder.authoring.imports import imported, reachable
from mutation.modules import name_of
from mutation.mutant import apart

if TYPE_CHECKING:
    from autograder.course import Course

#: So many answers are asked at most about a task, and about a module: Keras compiles for each.
PER_TASK, PER_TASK_KERAS = 40, 10
MOST, MOST_KERAS = 120, 24
#: The answer's key and its task; points, and which mistake each check names in which words.
Verdict = tuple[str, list[object]]


class Question(NamedTuple):
    """One answer at one task."""

    unit: str
    kind: str
    name: str
    task: str


@cache
def questions_about(module: Path) -> list[Question]:
    """Answers to the tasks whose checks use a module, a path below the working directory.

    Drawn with a fixed seed where there are too many; those to Keras units come last.
    """
    # Here, not above: the process that is forked must have imported nothing that is mutated.
    from autograder.units import units_of

    quick: list[Question] = []
    keras: list[Question] = []
    for unit in units_of(_course()):
        found = keras if unit.framework == "tensorflow" else quick
        for task in unit.tasks:
            if name_of(module) in _used_by(unit.name, task):
                found += questions_at(task.name)
    return [*_drawn(quick, MOST), *_drawn(keras, MOST_KERAS)]


@cache
def questions_at(task: str) -> list[Question]:
    """Wrong answers to a task, and right ones."""
    from autograder.authoring.recording import known_answers
    from autograder.units import unit_named

    unit = unit_named(task.split("/")[0])
    most = PER_TASK_KERAS if unit.framework == "tensorflow" else PER_TASK
    questions = [
        Question(unit.name, entry.kind, entry.name, task)
        for entry in known_answers(_course(), unit)
        if entry.task in (None, task)
    ]
    return _drawn(questions, most)


def ask_answers(questions: list[Question], output: Path) -> None:
    """Write what the answers earn, as JSON, and end this process."""
    os.setsid()
    output.write_text(json.dumps(dict(_verdicts(questions))))
    os._exit(0)


def compare_answers(
    path: Path, source: str, questions: list[Question], expected: dict[str, list[object]]
) -> None:
    """End this process with 1 as soon as an answer earns something else than expected, or 0."""
    apart(path, source, Path(os.devnull))
    for key, verdict in _verdicts(questions):
        if key in expected and verdict != expected[key]:
            os._exit(1)
    os._exit(0)


def _verdicts(questions: list[Question]) -> Iterator[Verdict]:
    from autograder.authoring.proof import words
    from autograder.authoring.recording import Entry, asked
    from autograder.units import unit_named

    for question in questions:
        *names, task = question
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
            (result,) = asked(_course(), unit_named(question.unit), Entry(*names), [task])
        said = [[check.mistake, words(check.message or "")] for check in result.checks]
        yield " ".join(question), [result.points, said]


def _course() -> Course:
    from autograder.authoring.recording import RecordedCourse

    return RecordedCourse(Path.cwd())


def _drawn(questions: list[Question], most: int) -> list[Question]:
    """At most so many, three quarters of them mistakes, whose names are known."""
    shuffled = random.Random(0).sample(questions, len(questions))
    mistakes = [question for question in shuffled if question.kind == "mistake"]
    others = [question for question in shuffled if question.kind != "mistake"]
    chosen = mistakes[: max(3 * most // 4, most - len(others))]
    return [*chosen, *others[: most - len(chosen)]]


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
