"""One submission judged in a process of its own: whatever it does to the grader, it does there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from autograder.course import Course
from autograder.grading.keys import result_key
from autograder.grading.records import decode_result, encode_result
from autograder.grading.session import SUBMISSION_WALL_SECONDS
from autograder.grading.submission import (
    GradingOptions,
    grade_file,
    nothing_graded,
    released_notebook,
)
from autograder.messages import Message
from autograder.processes.allowance import MEBIBYTE, Allowance
from autograder.processes.confined import End, Outcome, Report, Work, run_confined
from autograder.results import Result, Status
from autograder.sandbox.exit_info import SandboxUnavailable
from autograder.sandbox.probe import require
from autograder.units import Unit

#: Reading takes a fiftieth of a second and 5 MiB for an ordinary notebook.
READING = Allowance(memory_bytes=500 * MEBIBYTE, processor_seconds=10.0, wall_seconds=300.0)
#: The grader's own part: it has 150 MiB when it begins, and takes up to 12 s and 100 MiB more.
JUDGING = Allowance(
    memory_bytes=768 * MEBIBYTE,
    processor_seconds=300.0,
    wall_seconds=SUBMISSION_WALL_SECONDS + 600.0,
)

#: What comes back, before the reason, instead of a record, which is a JSON object.
_UNAVAILABLE = b"sandbox unavailable: "
_FAILED = "The grader failed ({detail}). This is not a mark."


def require_all(unit: Unit, course: Course, options: GradingOptions) -> None:
    """Ask in this process for what every judging here needs, so that it fails here or not at all.

    Raises SandboxUnavailable; CourseError without released notebook, or without a secret.
    """
    if options.sandboxed:
        require()
    require_released(unit, course)


def require_released(unit: Unit, course: Course) -> None:
    """Ask for what every judging needs, wherever. Raises CourseError."""
    released_notebook(unit, course)
    course.secret()


def reading(notebook: Path, unit: Unit, course: Course, options: GradingOptions) -> Work:
    """Work that finds the key of a submission's result."""

    def read(report: Report) -> bytes:
        return result_key(notebook, unit, course, options).encode("ascii")

    return read


def judging(notebook: Path, unit: Unit, course: Course, options: GradingOptions) -> Work:
    """Work that grades a submission; its outcome is for `judged` to read."""

    def judge(report: Report) -> bytes:
        try:
            result = grade_file(
                notebook, unit, course, options, lambda so_far: report(encode_result(so_far))
            )
        except SandboxUnavailable as error:
            return _UNAVAILABLE + str(error).encode()
        return encode_result(result)

    return judge


def judged(outcome: Outcome, unit: Unit, options: GradingOptions) -> Result:
    """The result of a judging, however it ended; with the tasks that were judged before that.

    Raises SandboxUnavailable where the sandbox could not be built: no other submission's could.
    """
    unavailable = without_sandbox(outcome)
    if unavailable:
        raise SandboxUnavailable(unavailable)
    if outcome.end is End.DONE:
        return decode_result(outcome.value)
    status, message = _status(outcome)
    if not outcome.value:
        nothing = nothing_graded(unit, status, message)
        return replace(nothing, sandboxed=options.sandboxed)
    return replace(decode_result(outcome.value), status=status, message=message)


def without_sandbox(outcome: Outcome) -> str:
    """Why the sandbox of a judging could not be built; empty if it could."""
    if not outcome.value.startswith(_UNAVAILABLE):
        return ""
    return outcome.value.removeprefix(_UNAVAILABLE).decode()


def unreadable(outcome: Outcome) -> tuple[Status, Message]:
    """Status and message for a file of which reading did not come to its end."""
    if outcome.end in (End.OUT_OF_MEMORY, End.OUT_OF_TIME):
        text = "The notebook cannot be graded: reading it takes too much time or memory."
        return Status.INVALID_NOTEBOOK, Message(text)
    return Status.GRADER_ERROR, Message(_FAILED, detail=outcome.detail)


def judge_file(notebook: Path, unit: Unit, course: Course, options: GradingOptions) -> Result:
    """Grade one notebook file in a process of its own.

    Raises CourseError and SandboxUnavailable as `grade_file` does.
    """
    require_all(unit, course, options)
    return judged(run_confined(judging(notebook, unit, course, options), JUDGING), unit, options)


def _status(outcome: Outcome) -> tuple[Status, Message]:
    if outcome.end is End.OUT_OF_MEMORY:
        limit = JUDGING.memory_bytes // MEBIBYTE
        text = "Judging its answers needed more than the {limit} MiB that the grader has for one."
        return Status.MEMORY, Message(text, limit=limit)
    if outcome.end is End.OUT_OF_TIME:
        limit = round(JUDGING.processor_seconds)
        text = "Judging its answers took more than the {limit} seconds that the grader has for one."
        return Status.TIMEOUT, Message(text, limit=limit)
    return Status.GRADER_ERROR, Message(_FAILED, detail=outcome.detail)
