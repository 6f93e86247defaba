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
from autograder.gradebook.address import Address
from autograder.gradebook.archive import notebook_of
from autograder.gradebook.locks import convert_under_lock
from autograder.gradebook.receipts import copy_receipts
from autograder.gradebook.register import register
from autograder.gradebook.submissions import SubmissionsAsData
from autograder.grading.attempts import attempts_of, counted, take_attempts
from autograder.grading.batch import GradedSubmission, grade_one
from autograder.grading.hand_ins import HandIn, compose_names, handed_in, is_submission_folder
from autograder.grading.submission import GradingOptions
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
        convert_under_lock(self.parent, self._prepare)

    def _prepare(self) -> None:
        self.course.secret()  # where it cannot be read, nothing of an earlier grading is touched
        converter = self.parent
        converter.coursedir = SubmissionsAsData.like(converter.coursedir)
        self.unit = unit_named(converter.coursedir.assignment_id)
        converter.assignments = self._assignments(converter)
        folders = {Path(folder) for folder in converter.assignments}
        found = [self._handed_in(folder) for folder in sorted(folders)]
        take_attempts(self.course, self.unit, found)
        converter.coursedir.counted_folder = lambda folder: (
            self._counted(folder) if folder in folders else folder
        )
        register(self.course, self.unit, self.address)

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
    def address(self) -> Address:
        """Where the marks go."""
        return Address.of(self.parent.coursedir)

    def hand_in(self, resources: dict[str, Any]) -> HandIn:
        """What counts of the student; `notebook` is the usual path where there is none."""
        folder = self._submitted(resources["nbgrader"])
        found = self._handed_in(folder)
        attempts = attempts_of(self.course, self.unit, found.student)
        found = counted(found, attempts, self.unit, self.course, lambda one: self.grade(one).result)
        usual = folder / f"{self.unit.name}.ipynb"
        return found if found.notebook else replace(found, notebook=usual)

    def _handed_in(self, folder: Path) -> HandIn:
        return handed_in(folder.parent.name, folder, self.unit, self.course)

    def _counted(self, folder: Path) -> Path:
        """Where what counts of a submission folder lies."""
        names = {"student": folder.parent.name, "assignment": folder.name}
        return self.hand_in({"nbgrader": names}).folder

    def grade(self, hand_in: HandIn) -> GradedSubmission:
        """The result of what was handed in, from the cache if it was graded before."""
        assert hand_in.notebook is not None
        course = self.course.in_round(hand_in.round)
        options = GradingOptions(sandboxed=self.sandboxed)
        graded = grade_one(hand_in.notebook, self.unit, course, options)
        return graded.noting(hand_in.warnings)

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
        counting = self.hand_in(resources)
        assert counting.notebook is not None
        copy_receipts(counting.folder, Path(filename).parent)
        notebook = notebook_of(counting.notebook, self.unit, self.course)
        resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
        output: tuple[str, dict[str, Any]] = self.from_notebook_node(notebook, resources)
        return output
