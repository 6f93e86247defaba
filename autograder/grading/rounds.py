"""Rounds of attempts: a unit that is graded several times, each time with other numbers.

A student who saw the feedback of one round cannot fit the next attempt to its seeds: each round has
a secret of its own, made of the course's secret. So there is nothing more to back up.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from autograder.course import Course, CourseError
from autograder.grading.whole_file import write_whole
from autograder.units import Unit

Counts = Literal["best", "last"]


@dataclass(frozen=True)
class Rounds:
    """How attempts at a unit are taken.

    number: of the current round, from 1. counts: the attempt that becomes the mark. limit: of
    attempts for each student, None for no limit. first_failed_only: of each task, feedback shows
    the checks up to the first failed one.
    """

    number: int = 1
    counts: Counts = "best"
    limit: int | None = None
    first_failed_only: bool = False


def rounds_of(course: Course, unit: Unit) -> Rounds | None:
    """The rounds of a unit; None if every submission replaces the one before it.

    Raises CourseError if the file that says it cannot be read.
    """
    path = _path(course, unit)
    try:
        return Rounds(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from error


def begin_round(course: Course, unit: Unit, wanted: Rounds) -> Rounds:
    """Begin the next round with these rules; the number in `wanted` does not count."""
    known = rounds_of(course, unit)
    begun = replace(wanted, number=1 if known is None else known.number + 1)
    path = _path(course, unit)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, json.dumps(asdict(begun)))
    return begun


def round_name(unit: Unit, number: int) -> str:
    """What a round's secret is made of, beside the course's: see `Course.in_round`."""
    return f"{unit.assignment} round {number}"


def _path(course: Course, unit: Unit) -> Path:
    return course.root / ".autograder" / "rounds" / f"{unit.assignment}.json"
