"""nbgrader's first step over a submission: the released notebook with the student's cells in it."""

from __future__ import annotations

import glob
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from traitlets import Bool

from autograder.course import Course
from autograder.gradebook.archive import notebook_of
from autograder.gradebook.receipts import copy_receipts
from autograder.gradebook.register import register
from autograder.gradebook.submissions import SubmissionsAsData
from autograder.grading.hand_ins import HandIn, compose_names, handed_in, is_submission_folder
from autograder.units import unit_named


class SubmissionExporter(NotebookExporter):
    """Reads a submission as data, whatever it is; what it passes on is clean.

    nbgrader makes its exporter once it knows the submissions and before it touches one: the
    moment to keep it from copying a student's other files and from odd folders.
    """

    sandboxed = Bool(True, help="False: student code runs without the sandbox (unsafe).").tag(
        config=True
    )

    def __init__(self, **settings: Any) -> None:
        """settings: of traitlets; `parent` is nbgrader's converter."""
        super().__init__(**settings)
        self.course.secret()  # where it cannot be read, nothing of an earlier grading is touched
        converter = self.parent
        converter.coursedir = SubmissionsAsData.like(converter.coursedir)
        self.unit = unit_named(converter.coursedir.assignment_id)
        converter.assignments = self._assignments(converter)
        register(self.course, self.unit, self.db_url)

    def _assignments(self, converter: Any) -> dict[str, list[str]]:
        """Each student's folder with the notebook's usual path, whatever its name is there."""
        coursedir = converter.coursedir
        compose_names(self.course.root / coursedir.submitted_directory)
        submitted, assignment = coursedir.submitted_directory, coursedir.assignment_id
        student = unicodedata.normalize("NFC", coursedir.student_id)
        found = {}
        for folder in sorted(glob.glob(coursedir.format_path(submitted, student, assignment))):
            if is_submission_folder(Path(folder)):
                found[folder] = [str(Path(folder) / f"{self.unit.name}.ipynb")]
            else:
                self.log.error("Not a student's submission folder, left out: %r", folder)
        return found

    @property
    def course(self) -> Course:
        """The course that nbgrader works on."""
        return Course(Path(self.parent.coursedir.root))

    @property
    def db_url(self) -> str:
        """The gradebook's address."""
        return str(self.parent.coursedir.db_url)

    def hand_in(self, resources: dict[str, Any]) -> HandIn:
        """What the student handed in; `notebook` is the usual path where there is none."""
        names = resources["nbgrader"]
        folder = self._submitted(names)
        found = handed_in(folder, self.unit, self.course)
        return (
            found
            if found.notebook
            else replace(found, notebook=folder / f"{names['notebook']}.ipynb")
        )

    def _submitted(self, names: dict[str, str]) -> Path:
        coursedir = self.parent.coursedir
        step = coursedir.submitted_directory
        return Path(coursedir.format_path(step, names["student"], names["assignment"]))

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        """The released notebook with the student's cells.

        nbgrader passes over a submission twice and calls this with the submitted file first,
        with its own copy then. Both times the submitted file is what is read.
        """
        assert resources is not None, "nbgrader always says whose notebook this is"
        notebook_file = self.hand_in(resources).notebook
        assert notebook_file is not None
        notebook = notebook_of(notebook_file, self.unit, self.course)
        copy_receipts(self._submitted(resources["nbgrader"]), Path(filename).parent)
        resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
        output: tuple[str, dict[str, Any]] = self.from_notebook_node(notebook, resources)
        return output
