"""Many submissions: judged in parallel, each result kept, an interrupted run taken up again.

A result is kept under a key made of everything that decides the marks. Nothing else is remembered,
so grading can be killed at any moment: what is finished is found again, the rest is graded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from autograder.course import Course
from autograder.grading.attempts import Attempt, attempts_of, counted
from autograder.grading.hand_ins import HandIn
from autograder.grading.judging import (
    JUDGING,
    READING,
    judge_file,
    judged,
    judging,
    reading,
    require_all,
    require_released,
    unreadable,
)
from autograder.grading.keys import SUBMISSION_DIGITS, unread_key
from autograder.grading.known_files import KnownFiles
from autograder.grading.parcel import parcel_of
from autograder.grading.records import read_result, write_result
from autograder.grading.submission import GradingOptions, nothing_graded
from autograder.processes.confined import End, Outcome, run_confined
from autograder.processes.pool import Job, Pool
from autograder.processes.progress import Progress
from autograder.results import Result, Status, TaskResult
from autograder.units import Unit

#: How often a submission is judged at which the grader itself fails.
ATTEMPTS = 2


@dataclass(frozen=True)
class GradedSubmission:
    """A result, the key of everything it depends on, and whether it was judged before.

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


#: Called with each submission as soon as its result is there.
Each = Callable[[HandIn, GradedSubmission], None]


def grade_one(
    notebook: Path, unit: Unit, course: Course, options: GradingOptions
) -> GradedSubmission:
    """A submission's result, from the cache if it was graded before.

    Where the grader itself failed, it tries again; what has no marks then is not kept.

    Raises CourseError and SandboxUnavailable.
    """
    key = _key(notebook, unit, course, options)
    path = _kept_at(course, unit, key)
    kept = read_result(path)
    if kept is not None:
        return GradedSubmission(kept, key, cached=True)
    for _ in range(ATTEMPTS):
        result = judge_file(notebook, unit, course, options)
        if result.status.is_final:
            break
    if result.status is not Status.GRADER_ERROR:
        write_result(result, path)
    return GradedSubmission(result, key, cached=False)


def grade_cohort(
    hand_ins: Iterable[HandIn],
    unit: Unit,
    course: Course,
    options: GradingOptions,
    pool: Pool | None = None,
    progress: Progress | None = None,
) -> dict[str, GradedSubmission]:
    """Grade many submissions; the result of each student, in the order given.

    pool: the processes to judge in; default: one for each processor core. The marks do not depend
    on it. progress: shows what is done in the pool.
    """
    hand_ins = list(hand_ins)
    graded: dict[str, GradedSubmission] = {}

    def collect(hand_in: HandIn, submission: GradedSubmission) -> None:
        graded[hand_in.student] = submission
        if progress is not None:
            kinds = ["from cache"] if submission.cached else []
            progress.done(submission.result.status.value, *kinds)

    with pool or Pool() as used:
        cohort = Cohort(unit, course, options, used, collect)
        try:
            cohort.add(hand_ins)
            used.run() if progress is None else used.run(watch=progress.watch)
        finally:
            cohort.close()
    return {hand_in.student: graded[hand_in.student] for hand_in in hand_ins}


def kept_result(hand_in: HandIn, unit: Unit, course: Course) -> GradedSubmission | None:
    """The result of an earlier run, sandboxed or else not; None if there is none."""
    course = course.in_round(hand_in.round)
    if hand_in.notebook is None:
        return _nothing(hand_in, unit)
    for options in (GradingOptions(), GradingOptions(sandboxed=False)):
        key = _key(hand_in.notebook, unit, course, options)
        kept = read_result(_kept_at(course, unit, key))
        if kept is not None:
            return GradedSubmission(kept, key, cached=True).noting(hand_in.warnings)
    return None


def counted_now(
    hand_in: HandIn, unit: Unit, course: Course, attempts: Sequence[Attempt] | None = None
) -> HandIn:
    """What counts of a student's attempts (default: of all that were taken), as far as graded."""
    if attempts is None:
        attempts = attempts_of(course, unit, hand_in.student)

    def result(attempt: HandIn) -> Result | None:
        kept = kept_result(attempt, unit, course)
        return None if kept is None else kept.result

    return counted(hand_in, attempts, unit, course, result)


@dataclass
class Cohort:
    """One run over a class: each file is read once, each content judged once.

    What the grader itself failed at in an earlier run is judged again.
    """

    unit: Unit
    course: Course
    options: GradingOptions
    pool: Pool
    each: Each
    _with_key: dict[str, list[HandIn]] = field(default_factory=dict)
    _finished: dict[str, Result] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.pool.elsewhere is None:
            require_all(self.unit, self.course, self.options)
        else:
            require_released(self.unit, self.course)
        self._files = KnownFiles(self.unit, self.course, self.options)
        self._with_digest: dict[str, list[HandIn]] = {}

    def add(self, hand_ins: Iterable[HandIn]) -> None:
        """Put into the pool what there is to do; what is known already is passed on at once."""
        for hand_in in hand_ins:
            if hand_in.notebook is None:
                self.each(hand_in, _nothing(hand_in, self.unit))
                continue
            digest = self._files.digest(hand_in.notebook)
            key = self._files.key(digest)
            if key is not None:
                self._judge(hand_in, key)
                continue
            waiting = self._with_digest.setdefault(digest, [])
            waiting.append(hand_in)
            if len(waiting) == 1:
                work = reading(hand_in.notebook, self.unit, self.course, self.options)
                done = partial(self._read, digest)
                self.pool.add(Job(f"reading {hand_in.student}", work, READING, done))

    def close(self) -> None:
        """Remember what was read."""
        self._files.save()

    def _read(self, digest: str, outcome: Outcome) -> None:
        """A file was read: its key is known, and that of all its copies."""
        if outcome.end is End.DONE:
            key = outcome.value.decode("ascii")
            self._files.learn(digest, key)
        else:
            key = unread_key(digest, self.unit, self.course, self.options)
            unread = nothing_graded(self.unit, *unreadable(outcome))
            self._finished[key] = replace(unread, sandboxed=self.options.sandboxed)
        for hand_in in self._with_digest.pop(digest):
            self._judge(hand_in, key)

    def _judge(self, hand_in: HandIn, key: str) -> None:
        """Pass on what is judged; judge the first of those that have the same content."""
        if key in self._finished:
            self._pass_on(hand_in, key, cached=True)
            return
        waiting = self._with_key.setdefault(key, [])
        waiting.append(hand_in)
        if len(waiting) > 1:
            return
        path = _kept_at(self.course, self.unit, key)
        kept = read_result(path)
        if kept is not None and kept.status.is_final:
            self._finish(key, kept, cached=True)
            return
        path.unlink(missing_ok=True)
        self._start(hand_in, key, attempt=1)

    def _start(self, hand_in: HandIn, key: str, attempt: int) -> None:
        assert hand_in.notebook is not None
        submitted = (hand_in.notebook, self.unit, self.course, self.options)
        work = judging(*submitted)
        parcel = None if self.pool.elsewhere is None else parcel_of(*submitted)
        done = partial(self._judged, hand_in, key, attempt)
        self.pool.add(Job(f"judging {hand_in.student}", work, JUDGING, done, parcel))

    def _judged(self, hand_in: HandIn, key: str, attempt: int, outcome: Outcome) -> None:
        result = judged(outcome, self.unit, self.options)
        once_more = attempt < ATTEMPTS and outcome.end is not End.LOST
        if not result.status.is_final and once_more:
            self._start(hand_in, key, attempt + 1)
            return
        self._keep(key, result)
        self._finish(key, result, cached=False)

    def _keep(self, key: str, result: Result) -> None:
        if result.status is not Status.GRADER_ERROR:
            write_result(result, _kept_at(self.course, self.unit, key))

    def _finish(self, key: str, result: Result, cached: bool) -> None:
        self._finished[key] = result
        for hand_in in self._with_key.pop(key):
            self._pass_on(hand_in, key, cached)

    def _pass_on(self, hand_in: HandIn, key: str, cached: bool) -> None:
        submission = GradedSubmission(self._finished[key], key, cached)
        self.each(hand_in, submission.noting(hand_in.warnings))


def _nothing(hand_in: HandIn, unit: Unit) -> GradedSubmission:
    """The result of who handed in nothing that can be opened."""
    return GradedSubmission(nothing_graded(unit, hand_in.status, hand_in.reason), "", cached=False)


def _key(notebook: Path, unit: Unit, course: Course, options: GradingOptions) -> str:
    """The key of a submission's result; a file that is not known is read in another process."""
    files = KnownFiles(unit, course, options)
    digest = files.digest(notebook)
    known = files.key(digest)
    if known is not None:
        return known
    outcome = run_confined(reading(notebook, unit, course, options), READING)
    if outcome.end is End.DONE:
        return outcome.value.decode("ascii")
    return unread_key(digest, unit, course, options)


def _kept_at(course: Course, unit: Unit, key: str) -> Path:
    return course.results / unit.assignment / f"{key}.json"
