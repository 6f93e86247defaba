"""The notebook's `check(...)`: the grader's questions, asked right here."""

from __future__ import annotations

import secrets
import sys
from collections import ChainMap
from typing import Any

from autograder.checks import judge as judging
from autograder.course import CourseError
from autograder.notebook.agent_check import check_agent
from autograder.notebook.points import points_of
from autograder.notebook.report import CheckReport
from autograder.units import Unit, unit_named
from autograder.worker.local import LocalStudent
from helpers.printed import few_printed_lines
from helpers.progress import working_on


def check_and_note(name: str, answers: tuple[object, ...]) -> CheckReport:
    """Check one task and remember its points. Raises CourseError as `check_answers` does."""
    report = check_answers(name, answers)
    if any(check.mistake != judging.NOT_REACHED for check in report.result.checks):
        points_of(unit_named(name.split("/", maxsplit=1)[0])).note(report.result)
    return report


def check_answers(name: str, answers: tuple[object, ...]) -> CheckReport:
    """Check one task with the given classes and functions of the student's.

    Raises CourseError if there is no such task, or if other answers are expected.
    """
    unit = unit_named(name.split("/", maxsplit=1)[0])
    if unit.agent is not None and name == f"{unit.name}/agent":
        return check_agent(unit, unit.agent, _student(unit, (unit.agent.factory,), answers))
    task = unit.task(name)
    student = _student(unit, task.requires, answers)
    # The grader draws other numbers each time, too: a right answer is right for all of them.
    with working_on("Checking …"), few_printed_lines():
        result = judging.judge(task, student, secrets.randbits(31))
    return CheckReport(result, examples=task.examples)


def _student(unit: Unit, requires: tuple[str, ...], answers: tuple[object, ...]) -> LocalStudent:
    if len(answers) != len(requires):
        raise CourseError(f"Call it with {', '.join(requires)} after the name of the task.")
    namespace = ChainMap(dict(zip(requires, answers, strict=True)), _notebook_namespace())
    return LocalStudent(namespace, unit.framework)


def _notebook_namespace() -> dict[str, Any]:
    """What the notebook's cells have defined so far."""
    if "IPython" in sys.modules:
        shell = sys.modules["IPython"].get_ipython()
        if shell is not None:
            return shell.user_ns
    return {}
