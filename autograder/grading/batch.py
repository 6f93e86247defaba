"""Many submissions: graded in parallel, each result kept, an interrupted run taken up again.

A result is kept under a key made of everything that decides the marks. Nothing else is remembered,
so grading can be killed at any moment: what is finished is found again, the rest is graded.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import platform
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tqdm import tqdm

import autograder
import helpers
from autograder.course import Course
from autograder.grading.attempts import counted
from autograder.grading.hand_ins import HandIn
from autograder.grading.notebook import InvalidNotebook, Submission, read_skeleton, read_submission
from autograder.grading.records import read_result, write_result
from autograder.grading.submission import GradingOptions, grade_file, nothing_graded
from autograder.results import Result, Status, TaskResult
from autograder.units import Unit, unit_named
from autograder.units.sources import unit_sources

#: The packages that decide the marks of every unit; how a page looks does not.
DECIDES = ("agents", "checks", "grading", "sandbox", "worker")
#: So much of a result's key stands for what the student wrote.
SUBMISSION_DIGITS = 32
#: Their versions may change a mark in the last digit.
_PACKAGES = ("torch", "tensorflow-cpu", "tensorflow", "keras", "gymnasium", "numpy")


@dataclass(frozen=True)
class GradedSubmission:
    """A result, the key of everything it depends on, and whether it came from the cache.

    Where no notebook was handed in, there is no key: it is empty.
    """

    result: Result
    key: str
    cached: bool

    def noting(self, warnings: tuple[str, ...]) -> GradedSubmission:
        """The same with these warnings about what was handed in, under a key of its own."""
        if not warnings:
            return self
        rest = hashlib.sha256("\n".join((self.key, *warnings)).encode()).hexdigest()
        key = (self.key[:SUBMISSION_DIGITS] + rest[:SUBMISSION_DIGITS]) if self.key else ""
        result = replace(self.result, warnings=(*warnings, *self.result.warnings))
        return GradedSubmission(result, key, self.cached)

    def first_failed_only(self) -> GradedSubmission:
        """The same with each task's checks up to the first failed one, under a key of its own."""
        rest = hashlib.sha256(f"{self.key} first failed only".encode()).hexdigest()
        key = (self.key[:SUBMISSION_DIGITS] + rest[:SUBMISSION_DIGITS]) if self.key else ""
        tasks = tuple(_to_first_failed(task) for task in self.result.tasks)
        return GradedSubmission(replace(self.result, tasks=tasks), key, self.cached)


def _to_first_failed(task: TaskResult) -> TaskResult:
    failed = [not (check.passed or check.note) for check in task.checks]
    shown = failed.index(True) + 1 if any(failed) else len(failed)
    return replace(task, checks=task.checks[:shown])


def grade_one(
    notebook: Path, unit: Unit, course: Course, options: GradingOptions
) -> GradedSubmission:
    """A submission's result, from the cache if it was graded before.

    Where the grader itself failed, it tries again; what has no marks then is not kept.

    Raises what `grade_file` raises: CourseError, SandboxUnavailable.
    """
    key = result_key(notebook, unit, course, options)
    path = _kept_at(course, unit, key)
    kept = read_result(path)
    if kept is not None:
        return GradedSubmission(kept, key, cached=True)
    result = grade_file(notebook, unit, course, options)
    if not result.status.is_final:
        result = grade_file(notebook, unit, course, options)
    if result.status is not Status.GRADER_ERROR:
        write_result(result, path)
    return GradedSubmission(result, key, cached=False)


def grade_cohort(
    hand_ins: Iterable[HandIn],
    unit: Unit,
    course: Course,
    options: GradingOptions,
    executor: Executor | None = None,
    progress: bool = True,
) -> dict[str, GradedSubmission]:
    """Grade many submissions; the result of each student, in the order given.

    executor: anything that runs functions elsewhere; default: a thread for each processor core,
    each with its own sandboxed process. The marks do not depend on it.
    """
    hand_ins = list(hand_ins)
    _forget_faults(hand_ins, unit, course, options)
    graded: dict[str, GradedSubmission] = {}
    for hand_in in hand_ins:
        if hand_in.notebook is None:
            nothing = nothing_graded(unit, hand_in.status, hand_in.reason)
            graded[hand_in.student] = GradedSubmission(nothing, "", cached=False)
    own = ThreadPoolExecutor(max_workers=os.cpu_count() or 1) if executor is None else None
    runner = own or executor
    assert runner is not None
    futures: dict[Future[GradedSubmission], str] = {}
    try:
        for hand_in in hand_ins:
            if hand_in.notebook is not None:
                future = runner.submit(_grade, hand_in.notebook, unit.name, course, options)
                futures[future] = hand_in.student
        for future in _watched(futures, unit, progress):
            graded[futures[future]] = future.result()
    finally:
        for future in futures:
            future.cancel()
        if own is not None:
            own.shutdown(wait=True, cancel_futures=True)
    return {
        hand_in.student: graded[hand_in.student].noting(hand_in.warnings) for hand_in in hand_ins
    }


def kept_result(hand_in: HandIn, unit: Unit, course: Course) -> GradedSubmission | None:
    """The result of an earlier run, sandboxed or else not; None if there is none."""
    course = course.in_round(hand_in.round)
    if hand_in.notebook is None:
        return GradedSubmission(
            nothing_graded(unit, hand_in.status, hand_in.reason), "", cached=True
        )
    for options in (GradingOptions(), GradingOptions(sandboxed=False)):
        key = result_key(hand_in.notebook, unit, course, options)
        kept = read_result(_kept_at(course, unit, key))
        if kept is not None:
            return GradedSubmission(kept, key, cached=True).noting(hand_in.warnings)
    return None


def counted_now(hand_in: HandIn, unit: Unit, course: Course) -> HandIn:
    """What counts of all attempts of a student, as far as they are graded."""

    def result(attempt: HandIn) -> Result | None:
        kept = kept_result(attempt, unit, course)
        return None if kept is None else kept.result

    return counted(hand_in, unit, course, result)


def _forget_faults(
    hand_ins: Iterable[HandIn], unit: Unit, course: Course, options: GradingOptions
) -> None:
    """What the grader itself failed at is graded again, each time that a class is graded."""
    for hand_in in hand_ins:
        if hand_in.notebook is not None:
            path = _kept_at(course, unit, result_key(hand_in.notebook, unit, course, options))
            kept = read_result(path)
            if kept is not None and not kept.status.is_final:
                path.unlink()


def result_key(notebook: Path, unit: Unit, course: Course, options: GradingOptions) -> str:
    """A name for everything that the marks of this submission depend on, as 64 hex digits.

    It begins with `submission_key`. The other half stands for the rest: the released notebook, the
    unit, the grader's source and the versions of its packages, and the options. The course's
    secret, which cannot be told from the key, is in both.
    """
    released = course.released(unit.assignment)
    submission = _content(notebook, released)
    parts = {
        "unit": unit.assignment,
        "released": hashlib.sha256(released.read_bytes()).hexdigest(),
        "module": _source_digest(unit),
        "grader": grader_version(),
        "options": asdict(options),
        "submission": asdict(submission) if isinstance(submission, Submission) else submission,
    }
    return _submission_key(submission, unit, course) + _keyed_digest(course, parts)


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


def _source_digest(unit: Unit) -> str:
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
    for name in _PACKAGES:
        digest.update(f"{name} {_version(name)}".encode())
    return digest.hexdigest()


def _kept_at(course: Course, unit: Unit, key: str) -> Path:
    return course.results / unit.assignment / f"{key}.json"


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


def _grade(notebook: Path, unit: str, course: Course, options: GradingOptions) -> GradedSubmission:
    """`grade_one` for other processes and machines: a unit travels by its name."""
    return grade_one(notebook, unit_named(unit), course, options)


def _watched(
    futures: dict[Future[GradedSubmission], str], unit: Unit, progress: bool
) -> Iterator[Future[GradedSubmission]]:
    """The futures as they are done, with a progress bar that counts the statuses."""
    counts: Counter[str] = Counter()
    with tqdm(
        total=len(futures), desc=f"Grading {unit.name}", unit="notebook", disable=not progress
    ) as bar:
        for future in as_completed(futures):
            yield future
            graded = future.result()
            counts[graded.result.status.value] += 1
            counts["from cache"] += graded.cached
            shown = {name: count for name, count in counts.items() if count}
            bar.set_postfix(shown, refresh=False)
            bar.update()
