"""Feedback pages, made from a graded notebook and a mark without asking the gradebook."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution, is_task

from autograder.gradebook.final_mark import FinalMark
from autograder.units import Unit


class GiveGrades(NbGraderPreprocessor):
    """Puts the points and comments of a mark into a notebook, as nbgrader's GetGrades does."""

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """The mark is in the resources, where nbgrader keeps its own."""
        names = resources["nbgrader"]
        mark: FinalMark = names["mark"]
        for cell in notebook.cells:
            if is_solution(cell) or is_task(cell):
                name = cell.metadata.nbgrader["grade_id"]
                cell.metadata.nbgrader["comment"] = mark.comments[name]
            if is_grade(cell) or is_task(cell):
                score, most = mark.cells[cell.metadata.nbgrader["grade_id"]]
                cell.metadata.nbgrader["score"] = score
                cell.metadata.nbgrader["points"] = most
        names["score"] = mark.score - mark.penalty
        names["max_score"] = mark.max_points
        names["late_penalty"] = mark.penalty
        return notebook, resources


class PageMaker:
    """Makes feedback pages as `nbgrader generate_feedback` does, with one exporter for all."""

    def __init__(self, app: NbGrader, unit: Unit) -> None:
        self._unit = unit
        converter: Any = GenerateFeedback(coursedir=app.coursedir, parent=app)
        self._exporter = converter.exporter_class(parent=converter, config=converter.config)
        for preprocessor in converter.preprocessors:
            chosen = GiveGrades if preprocessor is GetGrades else preprocessor
            self._exporter.register_preprocessor(chosen)

    def page(self, archive: str, student: str, mark: FinalMark) -> str:
        """The page as the text of an HTML file; archive: the text of the graded notebook."""
        names = {"student": student, "assignment": self._unit.assignment}
        resources = {
            "unique_key": self._unit.name,
            "output_files_dir": f"{self._unit.name}_files",
            "metadata": {"name": self._unit.name, "path": ""},
            "nbgrader": {**names, "notebook": self._unit.name, "mark": mark},
        }
        notebook = nbformat.reads(archive, as_version=4)
        page, _ = self._exporter.from_notebook_node(notebook, resources)
        return str(page)

    def warm_up(self, archive: str) -> None:
        """Make a page for nobody: a process that is forked from this one has all it needs then."""
        names = [
            cell.metadata.get("nbgrader", {}).get("grade_id")
            for cell in nbformat.reads(archive, as_version=4).cells
        ]
        cells, comments = dict.fromkeys(names, (0.0, 0.0)), dict.fromkeys(names)
        self.page(
            archive, "", FinalMark({}, 0.0, 0.0, (), 0.0, 0.0, 0.0, cells=cells, comments=comments)
        )
