"""The autograder: the notebook's `check`, and what grades a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.notebook.check import CheckReport


def check(task: str, *answers: object) -> CheckReport:
    """Check an exercise in the notebook: green and red lines, and the points it would earn.

    task: its name, `"policy_network/forward"`. answers: your classes or functions for it.
    """
    from autograder.notebook.check import check_answers
    from autograder.notebook.validator import tell_validator

    return tell_validator(check_answers(task, answers))


def start_unit(name: str) -> None:
    """Get a notebook ready: pictures on a server, and errors that name the exercise they wait for.

    Raises CourseError if there is no such unit.
    """
    from autograder.notebook.unsolved import explain_waiting_cells
    from autograder.units import unit_named
    from helpers.display import start_headless_display

    unit = unit_named(name)
    explain_waiting_cells(unit)
    start_headless_display()
    exercises = len(unit.task_points)
    print(f"Ready: {unit.name}, {exercises} exercises, {unit.max_points:g} points.")


__all__ = ["check", "start_unit"]
