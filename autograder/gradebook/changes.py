"""Whose marks a grading is about to change, and why: known before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nbgrader.apps.baseapp import NbGrader
from nbgrader.preprocessors import AssignLatePenalties

from autograder.gradebook.final_mark import FinalMark
from autograder.grading.batch import GradedSubmission
from autograder.grading.keys import SUBMISSION_DIGITS
from autograder.rendering.text import number, plain
from autograder.results import Status, short_name

#: Of a result's key: see `grading.keys.result_key`.
KEY_DIGITS = 2 * SUBMISSION_DIGITS


@dataclass(frozen=True)
class Change:
    """One student's final mark in the gradebook, what it will be, and why.

    tasks: those whose points change, with the points before and after.
    """

    student: str
    before: float | None
    after: float | None
    tasks: Mapping[str, tuple[float | None, float | None]]
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """One line: `anna: 7 -> 9 (loss 1 -> 3): handed in again`."""
        tasks = ", ".join(f"{plain(name)} {_step(*points)}" for name, points in self.tasks.items())
        parts = f" ({tasks})" if tasks else ""
        why = ", ".join(self.reasons)
        return f"{plain(self.student, 60)}: {_step(self.before, self.after)}{parts}: {why}"


@dataclass(frozen=True)
class Marked:
    """What the gradebook has of a student: the mark, and the key of the result it shows."""

    mark: FinalMark
    key: str | None
    handed_in: datetime | None


def change_of(
    app: NbGrader, student: str, submission: GradedSubmission, marked: Marked
) -> Change | None:
    """How a result will change a mark; None if it will not."""
    old = marked.mark
    failed = submission.result.status is Status.GRADER_ERROR
    tasks: dict[str, float | None] = {}
    for task in submission.result.tasks:
        name = short_name(task.task)
        new = None if failed else task.points
        tasks[name] = old.tasks.get(name) if name in old.corrected else new
    automatic = _sum(tasks)
    after, penalty = None, 0.0
    if automatic is not None:
        score = automatic + old.by_hand
        penalty = _penalty(app, student, score, _seconds_late(marked))
        after = max(0.0, score - penalty)
    if _same(old.final, after):
        return None
    steps = {name: (old.tasks.get(name), points) for name, points in tasks.items()}
    different = {name: step for name, step in steps.items() if not _same(*step)}
    reasons = [_reason(submission, marked)] if different else []
    if not _same(old.penalty, penalty) and not failed:
        reasons.append(f"penalty for lateness {_step(old.penalty, penalty)}")
    return Change(student, old.final, after, different, tuple(reasons))


def _reason(submission: GradedSubmission, marked: Marked) -> str:
    if submission.result.status is Status.GRADER_ERROR:
        return "the grader failed"
    new, old = submission.key, marked.key or ""
    if new == old:
        return "the gradebook had other points than the result"
    if len(old) != KEY_DIGITS:
        return "graded again"
    if new[:SUBMISSION_DIGITS] != old[:SUBMISSION_DIGITS]:
        return "handed in again"
    return "the unit or the grader has changed"


def _seconds_late(marked: Marked) -> float:
    if marked.handed_in is None or marked.mark.due is None:
        return 0.0
    return max(0.0, (marked.handed_in - marked.mark.due).total_seconds())


def _penalty(app: NbGrader, student: str, score: float, seconds: float) -> float:
    """What nbgrader's plugin for late submissions will take off."""
    if seconds <= 0:
        return 0.0
    step = AssignLatePenalties(parent=app)
    step.init_plugin()
    penalty = step.plugin_inst.late_submission_penalty(student, score, seconds)
    return min(max(0.0, float(penalty or 0.0)), score)


def _sum(points: Mapping[str, float | None]) -> float | None:
    known = [earned for earned in points.values() if earned is not None]
    return sum(known) if len(known) == len(points) else None


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < 1e-9


def _step(before: float | None, after: float | None) -> str:
    return " -> ".join(
        "no mark" if points is None else number(points) for points in (before, after)
    )
