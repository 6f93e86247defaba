"""What students did wrong: each mistake of a task once, with everybody who made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.agents.verdict import AGENT_ERROR
from autograder.checks.judge import NOT_REACHED, NOT_SOLVED
from autograder.report.row import Row
from autograder.results import CheckResult, short_name

#: What no student did wrong.
NO_MISTAKES = (None, NOT_REACHED, NOT_SOLVED, AGENT_ERROR)


@dataclass(frozen=True)
class Mistake:
    """A mistake in a task, by the task's short name, and the students who made it.

    check, message: where most of them made it, and what most of them were told.
    """

    task: str
    mistake: str
    check: str
    message: str
    students: tuple[str, ...]


def mistakes(rows: Iterable[Row]) -> list[Mistake]:
    """The mistakes that lost points, the most frequent first; what was never tried is left out."""
    found: dict[tuple[str, str], list[tuple[str, CheckResult]]] = {}
    for row in rows:
        for task in row.result.tasks:
            for check in task.checks:
                if _is_mistake(check):
                    place = (short_name(task.task), str(check.mistake))
                    found.setdefault(place, []).append((row.student, check))
    every = [_mistake(*place, made) for place, made in found.items()]
    return sorted(every, key=lambda one: (-len(one.students), one.task, one.mistake))


def _mistake(task: str, mistake: str, made: list[tuple[str, CheckResult]]) -> Mistake:
    told = Counter((check.check, check.message or "") for _, check in made)
    check, message = told.most_common(1)[0][0]
    students = tuple(dict.fromkeys(student for student, _ in made))
    return Mistake(task, mistake, check, message, students)


def _is_mistake(check: CheckResult) -> bool:
    """Whether a student made a mistake here: tried it, failed it, and lost points by it."""
    return check.mistake not in NO_MISTAKES and not check.passed and not check.note
