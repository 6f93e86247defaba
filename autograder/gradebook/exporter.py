"""nbgrader's first step over a submission: the released notebook with the student's cells in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from traitlets import Bool

from autograder.course import Course
from autograder.gradebook.register import register
from autograder.gradebook.submissions import SubmissionsAsData
from autograder.grading.hand_ins import is_submission_folder
from autograder.grading.notebook import (
    InvalidNotebook,
    read_skeleton,
    read_submission,
    spliced_notebook,
    untouched,
)
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
        converter = self.parent
        converter.coursedir = SubmissionsAsData.like(converter.coursedir)
        for folder in list(converter.assignments):
            if not is_submission_folder(Path(folder)):
                self.log.error("Not a student's submission folder, left out: %r", folder)
                del converter.assignments[folder]
        register(self.course, unit_named(converter.coursedir.assignment_id), self.db_url)

    @property
    def course(self) -> Course:
        """The course that nbgrader works on."""
        return Course(Path(self.parent.coursedir.root))

    @property
    def db_url(self) -> str:
        """The gradebook's address."""
        return str(self.parent.coursedir.db_url)

    def submission(self, resources: dict[str, Any]) -> Path:
        """The notebook file that the student handed in."""
        names = resources["nbgrader"]
        coursedir = self.parent.coursedir
        folder = coursedir.format_path(
            coursedir.submitted_directory, names["student"], names["assignment"]
        )
        return Path(folder) / f"{names['notebook']}.ipynb"

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        """The released notebook with the student's cells.

        nbgrader passes over a submission twice and calls this with the submitted file first,
        with its own copy then. Both times the submitted file is what is read.
        """
        assert resources is not None, "nbgrader always says whose notebook this is"
        skeleton = read_skeleton(self.course.released(resources["nbgrader"]["assignment"]))
        try:
            submission = read_submission(self.submission(resources), skeleton)
        except InvalidNotebook as error:
            self.log.warning("Invalid notebook: %s", error)
            submission = untouched(skeleton)
        notebook: NotebookNode = spliced_notebook(skeleton, submission)
        resources["metadata"] = {"name": Path(filename).stem, "path": str(Path(filename).parent)}
        output: tuple[str, dict[str, Any]] = self.from_notebook_node(notebook, resources)
        return output
