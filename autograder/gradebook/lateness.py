"""Due dates, times of handing in and penalties: what they change after the grading."""

from __future__ import annotations

from pathlib import Path

from nbformat.v4 import new_notebook
from nbgrader.api import MissingEntry
from nbgrader.apps.baseapp import NbGrader
from nbgrader.preprocessors import AssignLatePenalties

from autograder.gradebook.address import Address
from autograder.grading.timestamps import NotATime, handed_in_at
from autograder.units import Unit


def renew_lateness(app: NbGrader, unit: Unit, student: str, submitted: Path) -> None:
    """Put the time of handing in, and the penalty that the due date makes of it, to one mark.

    What nbgrader's autograding does as well, which an unchanged notebook does not go through.
    """
    coursedir = app.coursedir
    try:
        when = handed_in_at(submitted)
    except NotATime:
        when = None
    with Address.of(coursedir).open() as gradebook:
        try:
            submission = gradebook.find_submission(unit.assignment, student)
        except MissingEntry:
            return
        if submission.timestamp != when:
            submission.timestamp = when
            gradebook.db.commit()
        on_time = submission.total_seconds_late <= 0
        if on_time and not submission.late_submission_penalty:
            return
    names = {"notebook": unit.name, "assignment": unit.assignment, "student": student}
    resources = {"nbgrader": names | {"db_url": coursedir.db_url}}
    AssignLatePenalties(parent=app).preprocess(new_notebook(), resources)
