"""Asking a task's checks and counting its points: the same in the notebook and in the grader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.checks.expect import CheckFailed
from autograder.checks.task import Check, Task
from autograder.messages import Message
from autograder.results import CheckResult, TaskResult
from autograder.worker.interface import NotSolved, Student, StudentError

NOT_SOLVED = "not_solved"
RAISES = "raises_an_error"
NOT_REACHED = "not_reached"
UNREADABLE = "unreadable_answer"
#: Messages quote what a student's code said: at most so many characters.
MAX_MESSAGE = 2_000
#: What a check raises when an answer is of a kind that its author did not think of.
_UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)


def judge(
    task: Task, student: Student, seed: int, guard: Callable[[Callable[[], Any]], Any] | None = None
) -> TaskResult:
    """Ask every check of the task, each with its own random inputs drawn from the seed.

    A check after a blocking one that failed is not reached, nor is one that needs a check which did
    not pass. guard: called with each check as a
    function; what it raises itself is not caught.
    """
    results: list[CheckResult] = []
    earned = 0.0
    blocked_by: str | None = None
    lacking: set[str] = set()  # checks that did not pass
    for number, check in enumerate(task.checks):
        first = blocked_by or next((name for name in check.needs if name in lacking), None)
        if first is not None:
            message = Message("Not checked yet: fix “{check}” first.", check=readable(first))
            results.append(_not_reached(check, message))
            lacking.add(check.name)
            continue
        random = np.random.default_rng([seed, number])
        result = _ask(check, student, random, int(random.integers(2**31)), guard)
        results.append(result)
        if result.passed:
            earned += check.points
            continue
        lacking.add(check.name)
        if check.blocking or result.mistake == NOT_SOLVED:
            blocked_by = check.name
    if blocked_by is not None:
        earned = 0.0
    return TaskResult(task.name, earned, task.points, tuple(results))


def failed(task: Task, mistake: str, message: str) -> TaskResult:
    """The task's result when its checks could not be asked at all."""
    first, *others = task.checks
    results = [_failed(first, mistake, message)]
    results += [_not_reached(check, Message("Not checked.")) for check in others]
    return TaskResult(task.name, 0.0, task.points, tuple(results))


def readable(name: str) -> str:
    """A check's or mistake's name as words."""
    return name.replace("_", " ")


def _ask(
    check: Check,
    student: Student,
    random: np.random.Generator,
    seed: int,
    guard: Callable[[Callable[[], Any]], Any] | None,
) -> CheckResult:
    def ask() -> None:
        student.seed(seed)
        check.ask(student, random)

    try:
        if guard is None:
            ask()
        else:
            guard(ask)
    except CheckFailed as wrong:
        return _failed(check, wrong.mistake, wrong.message)
    except NotSolved as error:
        return _failed(check, NOT_SOLVED, _not_solved(error))
    except StudentError as error:
        return _failed(check, RAISES, _raised(error))
    except _UNREADABLE as error:
        # An odd answer costs its own check, never the whole submission.
        return _failed(check, UNREADABLE, _unreadable(error))
    return CheckResult(check.name, True)


def _failed(check: Check, mistake: str, message: str) -> CheckResult:
    return CheckResult(check.name, False, mistake, Message.of(message).shortened(MAX_MESSAGE))


def _not_reached(check: Check, message: Message) -> CheckResult:
    return CheckResult(check.name, False, NOT_REACHED, message)


def _unreadable(error: Exception) -> Message:
    return Message(
        "Your code returns something that this check cannot read ({kind}: {error}). "
        "Compare what it returns with what the exercise asks for: "
        "a tensor, an array, a number, or several of them?",
        kind=type(error).__name__,
        error=error,
    )


def _not_solved(error: NotSolved) -> Message:
    if error.kind == "NameError":
        return Message("Not solved yet: {error}.", error=error.message)
    if not error.where:
        return Message("Not solved yet: your code still raises NotImplementedError.")
    return Message(
        "Not solved yet: your code still raises NotImplementedError ({where}).", where=error.where
    )


def _raised(error: StudentError) -> Message:
    raised = Message(
        "Your code raises {kind}: {error}.", kind=error.kind, error=error.message or "no message"
    )
    if not error.where:
        return raised
    return Message.joined(raised, Message("In {where}.", where=error.where))
