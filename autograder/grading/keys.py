"""Names for everything that a submission's marks depend on."""

from __future__ import annotations

import hashlib
import hmac
import json
import platform
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import autograder
import helpers
from autograder.course import Course
from autograder.grading.notebook import InvalidNotebook, Submission, read_skeleton, read_submission
from autograder.grading.submission import GradingOptions
from autograder.units import Unit
from autograder.units.sources import unit_sources

#: The packages that decide the marks of every unit; how a page looks does not.
DECIDES = ("agents", "checks", "grading", "sandbox", "worker")
#: So much of a result's key stands for what the student wrote.
SUBMISSION_DIGITS = 32
#: Their versions may change a mark in the last digit.
_PACKAGES = ("torch", "tensorflow-cpu", "tensorflow", "keras", "gymnasium", "numpy")


def result_key(notebook: Path, unit: Unit, course: Course, options: GradingOptions) -> str:
    """A name for everything that the marks of this submission depend on, as 64 hex digits.

    It begins with `submission_key`. The other half stands for the rest: the released notebook, the
    unit, the grader's source and the versions of its packages, and the options. The course's
    secret, which cannot be told from the key, is in both.
    """
    content = _content(notebook, course.released(unit.assignment))
    written = asdict(content) if isinstance(content, Submission) else content
    rest = rules_key(written, unit, course, options)
    return _submission_key(content, unit, course) + rest


def unread_key(digest: str, unit: Unit, course: Course, options: GradingOptions) -> str:
    """The key of a file that cannot be read within its limits; digest: of its bytes."""
    first = _keyed_digest(course, [unit.assignment, "unread", digest])
    return first + rules_key(f"unread {digest}", unit, course, options)


def rules_key(written: object, unit: Unit, course: Course, options: GradingOptions) -> str:
    """A name for what was written, and for everything but it that marks depend on."""
    released = course.released(unit.assignment)
    parts = {
        "unit": unit.assignment,
        "released": hashlib.sha256(released.read_bytes()).hexdigest(),
        "module": unit_version(unit),
        "grader": grader_version(),
        "options": asdict(options),
        "submission": written,
    }
    return _keyed_digest(course, parts)


def submission_key(notebook: Path, unit: Unit, course: Course) -> str:
    """A name for what a student wrote, whatever grader reads it, in SUBMISSION_DIGITS hex digits.

    Results of one submission by several graders are found by it.
    """
    return _submission_key(_content(notebook, course.released(unit.assignment)), unit, course)


def _submission_key(content: Submission | str, unit: Unit, course: Course) -> str:
    if isinstance(content, str):
        return _keyed_digest(course, [unit.assignment, content])
    written = [cell.source for cell in content.cells if cell.solution or cell.added]
    return _keyed_digest(course, [unit.assignment, written])


def _keyed_digest(course: Course, parts: object) -> str:
    text = json.dumps(parts, sort_keys=True).encode()
    return hmac.new(course.secret(), text, hashlib.sha256).hexdigest()[:SUBMISSION_DIGITS]


def unit_version(unit: Unit) -> str:
    """A digest of the modules that the unit's checks are made of."""
    digest = hashlib.sha256()
    for path in unit_sources(unit):
        digest.update(f"{path.parent.name}/{path.name}".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def grader_version() -> str:
    """A digest of the source that decides the marks of all units, and of the versions below it."""
    digest = hashlib.sha256(platform.python_version().encode())
    package = Path(autograder.__file__).parent
    for folder in (*(package / name for name in DECIDES), Path(helpers.__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            digest.update(str(path.relative_to(folder.parent)).encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    for name, number in package_versions().items():
        digest.update(f"{name} {number}".encode())
    return digest.hexdigest()


def package_versions() -> dict[str, str]:
    """The versions of the packages that may change a mark; `none` of one that is not installed."""
    return {name: _version(name) for name in _PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _content(notebook: Path, released: Path) -> Submission | str:
    """What the student wrote; or why it cannot be read."""
    try:
        return read_submission(notebook, read_skeleton(released))
    except InvalidNotebook as error:
        return str(error)
