"""nbgrader's converters, run for one student at a time."""

from __future__ import annotations

import logging
import re
import warnings
from pathlib import Path
from typing import Any

from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.utils import capture_log, temp_attrs
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from autograder.rendering.text import plain
from autograder.units import Unit

#: The last line of a traceback, but for nbgrader's own, which only points to it; nbgrader may
#: indent its log.
_EXCEPTION = re.compile(
    r"^\s*((?!\S*NbGraderException)[\w.]+(?:Error|Exception|Entry|Notebook)\b.*)$", re.MULTILINE
)
LONGEST_ERROR = 400


class AutogradeOne(Autograde):
    """nbgrader's autograding of a folder whose notebook may have any name."""

    def init_notebooks(self) -> None:
        """The exporter puts the notebook's usual path in its place."""
        coursedir = self.coursedir
        folder = self._format_source(coursedir.assignment_id, coursedir.student_id)
        name = coursedir.assignment_id.split("_", 1)[1]
        self.assignments = {folder: [str(Path(folder) / f"{name}.ipynb")]}
        self.notebooks: list[str] = []


def convert(app: NbGrader, kind: type[BaseConverter], student: str, unit: Unit) -> str | None:
    """Run a converter for one student; None, or in one line what went wrong.

    Raises SQLAlchemyError if the gradebook itself fails.
    """
    names = {"assignment_id": unit.assignment, "student_id": student, "notebook_id": "*"}
    level = app.log.level
    with temp_attrs(app.coursedir, **names):
        converter: Any = kind(coursedir=app.coursedir, parent=app)
        converter.force = True
        app.log.setLevel(logging.ERROR)
        try:
            with warnings.catch_warnings():
                # nbgrader's own way to add a submission; harmless, and long.
                warnings.simplefilter("ignore", SAWarning)
                done = capture_log(converter)
        except OSError as error:
            return plain(str(error), LONGEST_ERROR)
        finally:
            app.log.setLevel(level)
    if done["success"]:
        return None
    log = str(done.get("log") or done.get("error"))
    if "OperationalError" in log:
        raise SQLAlchemyError(last_error(log))
    return last_error(log)


def last_error(log: str) -> str:
    """The exception that ended a conversion, out of nbgrader's log."""
    found = _EXCEPTION.findall(log)
    return plain(found[-1] if found else log.strip()[-LONGEST_ERROR:], LONGEST_ERROR)
