"""`autograder doctor`: whatever would spoil the grading of a class, found before it is graded."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.gradebook.book import Book
from autograder.gradebook.open_folders import advice, open_to_others
from autograder.gradebook.register import read_released
from autograder.grading.batch import grade_one
from autograder.grading.submission import GradingOptions
from autograder.rendering.text import plain
from autograder.results import Result, Status
from autograder.sandbox import probe
from autograder.sandbox.probe import Check, Probe
from autograder.units import Unit, units_of

HEALTHY, SICK = 0, 1
#: For results, pages and the gradebook of a large class.
FREE_BYTES = 1 << 30
#: In a message of the worker: a package that an exercise needs is not there.
_NOT_THERE = ("ModuleNotFoundError", "ImportError")


def doctor(course: Course) -> int:
    """Print what was examined, with advice; 0 if a class can be graded here, else 1."""
    if probe.doctor() != 0:
        return SICK
    examined = Probe(tuple(course_checks(course)))
    print(f"\n{examined}")
    return HEALTHY if examined.complete else SICK


def course_checks(course: Course) -> Iterator[Check]:
    """Everything outside the sandbox that grading a class of this course needs."""
    yield _check("settings and gradebook", partial(_gradebook, course))
    yield _check("the course's secret", partial(_secret, course))
    yield _check("room on the disk", partial(_room, course))
    names = open_to_others(course)
    yield Check("closed to other users", not names, ", ".join(names) or "yes", advice(names))
    released = [unit for unit in units_of(course) if course.released(unit.assignment).exists()]
    for unit in released:
        yield _check(f"{unit.name}: notebook", partial(_points, course, unit))
    by_framework = {unit.framework: unit for unit in reversed(released)}
    for unit in by_framework.values():
        yield _check(f"{unit.name}: a real worker", partial(_worker, course, unit))


def _check(name: str, look: Callable[[], str]) -> Check:
    """A check that holds unless looking raises an error."""
    try:
        return Check(name, True, look())
    except (CourseError, OSError) as error:
        return Check(name, False, plain(str(error), 300))


def _gradebook(course: Course) -> str:
    book = Book.configured(course)
    if not book.exists:
        return f"{book.shown_url}: made by the first grading"
    Book.open(course)
    return book.shown_url


def _secret(course: Course) -> str:
    if not (course.root / ".autograder" / "secret").exists():
        return "made by the first grading"
    course.secret()
    return "readable; keep a copy of .autograder/secret with that of the gradebook"


def _room(course: Course) -> str:
    if not os.access(course.root, os.W_OK):
        raise CourseError(f"{course.root} cannot be written")
    free = shutil.disk_usage(course.root).free
    if free < FREE_BYTES:
        raise CourseError(f"only {free >> 20} MiB are free")
    return f"{free >> 30} GiB free"


def _points(course: Course, unit: Unit) -> str:
    read_released(course, unit)
    return "up to date"


def _worker(course: Course, unit: Unit) -> str:
    """Grade the notebook as students get it. Raises CourseError if that is not what comes out."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Course(Path(folder))
        released = scratch.released(unit.assignment)
        released.parent.mkdir(parents=True)
        shutil.copy(course.released(unit.assignment), released)
        result = grade_one(released, unit, scratch, GradingOptions()).result
    if result.status is not Status.OK:
        raise CourseError(f"status {result.status.value}: {result.message or 'no message'}")
    missing = [message for message in _messages(result) if any(w in message for w in _NOT_THERE)]
    if missing:
        raise CourseError(missing[0])
    return f"graded in {result.seconds:g} processor seconds"


def _messages(result: Result) -> list[str]:
    return [check.message or "" for task in result.tasks for check in task.checks]
