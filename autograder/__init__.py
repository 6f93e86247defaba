"""The autograder: the notebook's `check`, and what grades a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograder.notebook.check import CheckReport
    from autograder.notebook.points import PointsReport


def check(task: str, *answers: object) -> CheckReport:
    """Check an exercise in the notebook: green and red lines, and the points it would earn.

    task: its name, `"policy_network/forward"`. answers: your classes or functions for it.
    """
    from autograder.notebook.check import check_and_note
    from autograder.notebook.validator import tell_validator

    return tell_validator(check_and_note(task, answers))


def start_unit(name: str, drive: bool = False) -> None:
    """Get a notebook ready: one thread, pictures, errors that name the exercise they wait for.

    It is the first cell's, so that no library is imported before it. drive: on Colab, keep what the
    notebook saves in the student's Google Drive. Raises CourseError if there is no such unit.
    """
    from autograder.notebook.start import start

    start(name, drive)


def show_points(in_words: Mapping[str, float] | None = None) -> PointsReport:
    """The points of this notebook's exercises, as they were last checked; nothing is run.

    in_words: the points of the questions that are graded by hand, by their names. Raises NotReady
    before the first cell.
    """
    from autograder.notebook.points import points_so_far

    return points_so_far(in_words or {})


__all__ = ["check", "show_points", "start_unit"]
