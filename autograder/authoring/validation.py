"""Is the course right? References, untouched notebooks, mistakes, right variants, generated files.

The one question for continuous integration and for authors; `autograder validate` prints the
answers as they come, and a table.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.authoring.build import stale, units_with_source
from autograder.authoring.calibration import train_variant
from autograder.authoring.edits import (
    also_failed,
    edited,
    judge_all,
    listed_in_vain,
    mistakes_of,
    reference,
    right_answers_of,
    student_of,
)
from autograder.authoring.parallel import in_parallel
from autograder.authoring.pieces import missing_pieces
from autograder.checks import judge as judging
from autograder.checks.task import Check
from autograder.course import Course
from autograder.grading.notebook import read_skeleton
from autograder.grading.submission import GradingOptions, grade_file
from autograder.results import Status, TaskResult
from autograder.units import Unit, unit_named

#: The grader's seeds with which answers that must be right are asked.
SEEDS = (1, 2, 3)
MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN", "END HIDDEN")


@dataclass(frozen=True)
class Case:
    """One thing that must hold. kind: the line of the table it belongs to."""

    unit: str
    kind: str
    name: str


@dataclass(frozen=True)
class Outcome:
    """What became of a case: nothing wrong, or what."""

    case: Case
    problem: str | None


def cases(course: Course, units: Sequence[Unit], trained: bool) -> list[Case]:
    """All cases of these units. trained: with those that train an agent, which take minutes."""
    found: list[Case] = []
    for unit in units:
        found += [Case(unit.name, kind, kind) for kind in _CHECKED_ONCE]
        if trained:
            found.append(Case(unit.name, "reference graded", "reference graded"))
        found += [
            Case(unit.name, "scored mistakes" if mistake.is_scored else "mistakes", mistake.name)
            for mistake in mistakes_of(unit, course)
            if trained or not mistake.is_scored
        ]
        found += [
            Case(unit.name, "right answers", answer.name)
            for answer in right_answers_of(unit, course)
        ]
    return found


def validate(
    course: Course, examined: Sequence[Case], jobs: int | None = None
) -> Iterator[Outcome]:
    """Examine cases in parallel, and yield what became of each as soon as it is known."""
    return in_parallel(partial(examine, course.root), examined, jobs)


def examine(root: Path, case: Case) -> Outcome:
    """What becomes of one case; an exception of ours is a problem, too."""
    course, unit = Course(root), unit_named(case.unit)
    try:
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
            problem = _EXAMINERS[case.kind](course, unit, case.name)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    return Outcome(case, problem)


def _reference_checked(course: Course, unit: Unit, name: str) -> str | None:
    student = student_of(reference(unit, course), unit)
    return _first(_not_full(judge_all(student, unit, seed)) for seed in SEEDS)


def _reference_graded(course: Course, unit: Unit, name: str) -> str | None:
    """The reference through the whole grader: sandbox, trained agent and all."""
    path = course.source(unit.assignment).with_suffix(".ipynb")
    result = grade_file(path, unit, course, GradingOptions())
    if result.status is not Status.OK:
        return f"status {result.status.value}: {result.message}"
    return _not_full({task.task: task for task in result.tasks})


def _untouched_graded(course: Course, unit: Unit, name: str) -> str | None:
    """The released notebook through the whole grader: nothing earned, every task not solved."""
    result = grade_file(course.released(unit.assignment), unit, course, GradingOptions())
    if result.status is not Status.OK or result.points:
        return f"status {result.status.value}, {result.points:g} points"
    for task in result.tasks:
        first = task.checks[0]
        if first.mistake != judging.NOT_SOLVED or "NotImplementedError" not in (
            first.message or ""
        ):
            return f"{task.task} does not say NotImplementedError but {first.message}"
    return None


def _mistake(course: Course, unit: Unit, name: str) -> str | None:
    """A typical mistake: named where it should be, and nowhere else."""
    (mistake,) = [known for known in mistakes_of(unit, course) if known.name == name]
    student = student_of(edited(reference(unit, course), mistake.edits), unit)
    results = judge_all(student, unit, SEEDS[0])
    (check,) = [c for c in results[mistake.task].checks if c.check == mistake.check]
    if check.passed:
        return f"{mistake.task}:{mistake.check} passes"
    if check.mistake != mistake.mistake or mistake.says not in (check.message or ""):
        return f"named {check.mistake}: {check.message}"
    others = also_failed(mistake, results)
    if others:
        return f"also fails {', '.join(others)}"
    idle = set(listed_in_vain(mistake, results))
    if idle:  # a check that depends on what is drawn may fail with one seed only
        idle &= set(listed_in_vain(mistake, judge_all(student, unit, SEEDS[1])))
    return f"does not fail {', '.join(sorted(idle))}" if idle else None


def _scored_mistake(course: Course, unit: Unit, name: str) -> str | None:
    """A mistake that no check sees: the agent's score is too low."""
    assert unit.agent is not None
    score = train_variant(course.root, unit.name, name, SEEDS[0]).score
    return None if score is None or score < unit.agent.threshold else f"reaches {score:g}"


def _right_answer(course: Course, unit: Unit, name: str) -> str | None:
    (answer,) = [known for known in right_answers_of(unit, course) if known.name == name]
    submission = edited(reference(unit, course), answer.edits)
    student = student_of(submission, unit)
    return _first(_not_full(judge_all(student, unit, seed)) for seed in SEEDS)


def _pieces_complete(course: Course, unit: Unit, name: str) -> str | None:
    return "; ".join(missing_pieces(course, unit)) or None


def _generated_fresh(course: Course, unit: Unit, name: str) -> str | None:
    outdated = [path.name for path in stale(course, [unit])]
    return f"stale, run `autograder build`: {', '.join(outdated)}" if outdated else None


def _notebook_in_order(course: Course, unit: Unit, name: str) -> str | None:
    """Points equal the tasks', tasks and check cells belong together, nothing of the solution."""
    notebook = read_skeleton(course.released(unit.assignment)).notebook
    named: dict[str, float] = {}
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and nbgrader.get("grade"):
            for task in re.findall(r"""\bcheck\(\s*["']([\w/]+)["']""", cell.source):
                named[task] = nbgrader["points"]
    if named != dict(unit.task_points):
        return f"the notebook's tasks {named} are not the unit's {dict(unit.task_points)}"
    text = "\n".join(cell.source for cell in notebook.cells)
    left = [marker for marker in MARKERS if marker in text]
    left += [line for line in _solution_lines(course, unit) if line in text]
    return f"left in the student's notebook: {left[0]!r}" if left else None


def _every_check_catches(course: Course, unit: Unit, name: str) -> str | None:
    """Every check has a mistake that it catches; units that share a check share its mistakes."""
    caught: set[tuple[str, str]] = set()
    for other in units_with_source(course):
        names = _caught(other, course)
        caught |= {
            _origin(check)
            for task in other.tasks
            for check in task.checks
            if f"{task.name}:{check.name}" in names
        }
    idle = [
        f"{task.name}:{check.name}"
        for task in unit.tasks
        for check in task.checks
        if _origin(check) not in caught
    ]
    return f"no mistake in solutions/*/mistakes.py is caught by {', '.join(idle)}" if idle else None


def _origin(check: Check) -> tuple[str, str]:
    """Where a check is written: tasks of several units are made by the same lines."""
    return check.ask.__module__, f"{check.ask.__qualname__} {check.name}"


def _caught(unit: Unit, course: Course) -> set[str]:
    """The checks that a mistake of this unit is caught by; without points, that it may fail."""
    mistakes = mistakes_of(unit, course)
    found = {f"{mistake.task}:{mistake.check}" for mistake in mistakes}
    without_points = {
        f"{task.name}:{check.name}"
        for task in unit.tasks
        for check in task.checks
        if not check.points and not check.blocking
    }
    also = {check for mistake in mistakes for check in mistake.also}
    return found | (without_points & also)


#: Solution lines shorter than this may be elsewhere, too (`return action`).
TELLING = 30


def _solution_lines(course: Course, unit: Unit) -> list[str]:
    """The telling lines of the solution that are in no given cell."""
    cells = reference(unit, course).cells
    given = "\n".join(cell.source for cell in cells if not cell.solution)
    lines = []
    for cell in cells:
        for part in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.S):
            outside = re.sub(
                r"### BEGIN SOLUTION\n.*?### END SOLUTION", "", cell.source, flags=re.S
            )
            lines += [
                line.strip()
                for line in part.splitlines()
                if len(line.strip()) >= TELLING
                and line.strip() not in given
                and line.strip() not in outside
            ]
    return lines


def _not_full(results: dict[str, TaskResult]) -> str | None:
    for task in results.values():
        for check in task.checks:
            if not check.passed:
                return f"{task.task}:{check.check} fails: {check.message}"
    return None


def _first(problems: Iterator[str | None]) -> str | None:
    return next((problem for problem in problems if problem is not None), None)


_Examiner = Callable[[Course, Unit, str], "str | None"]
_CHECKED_ONCE: dict[str, _Examiner] = {
    "pieces complete": _pieces_complete,
    "generated files fresh": _generated_fresh,
    "notebook in order": _notebook_in_order,
    "every check catches": _every_check_catches,
    "reference checked": _reference_checked,
    "untouched graded": _untouched_graded,
}
_EXAMINERS: dict[str, _Examiner] = _CHECKED_ONCE | {
    "reference graded": _reference_graded,
    "mistakes": _mistake,
    "scored mistakes": _scored_mistake,
    "right answers": _right_answer,
}
