"""The rubric below each answer in the formgrader, for the person who marks it and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader.coursedir import CourseDirectory
from traitlets import Bool

from autograder.gradebook.display import formatted
from autograder.gradebook.rubric import Rubric
from autograder.rendering.html import environment


class ShowRubrics(Preprocessor):
    """Put each question's rubric below its answer, in what the formgrader shows.

    It is read from the unit's source when a page is shown, so no graded notebook and no feedback
    page holds it. Where the course has no sources, there is nothing to show.
    """

    enabled = Bool(True).tag(config=True)

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Add the rubrics, after everything that students wrote has been cleaned."""
        if "submission_id" not in resources:  # what the formgrader gives to its own pages only
            return notebook, resources
        found = dict(self._rubrics(resources["assignment_id"], resources["notebook_id"]))
        cells = []
        for cell in notebook.cells:
            cells.append(cell)
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if name in found:
                cells.append(_cell(name, found[name]))
        notebook.cells = cells
        return notebook, resources

    def _rubrics(self, assignment: str, unit: str) -> Iterator[tuple[str, Rubric]]:
        """Each question that has a rubric, by the name of its cell."""
        coursedir = CourseDirectory(config=self.config)
        folder = coursedir.format_path(coursedir.source_directory, ".", assignment)
        path = Path(folder) / f"{unit}.ipynb"
        source = json.loads(path.read_bytes()) if path.is_file() else {"cells": []}
        for cell in source["cells"]:
            nbgrader = cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "markdown" and nbgrader.get("solution"):
                rubric = Rubric.read("".join(cell["source"]))
                if rubric is not None:
                    yield nbgrader["grade_id"], rubric


def _cell(name: str, rubric: Rubric) -> NotebookNode:
    """A cell that shows nothing but the rubric."""
    template = environment().get_template("gradebook/rubric.html.j2")
    page = template.render(
        question=name,
        answer=Markup(formatted(rubric.answer)),
        items=[(item.points, Markup(formatted(item.text))) for item in rubric.items],
    )
    cell = new_code_cell("", outputs=[new_output("display_data", data={"text/html": page})])
    cell.metadata["transient"] = {"remove_source": True}
    return NotebookNode(cell)
