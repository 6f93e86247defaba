"""nbgrader's second step over a submission: the grader's results where outputs would stand."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution

from autograder.gradebook.exporter import SubmissionExporter
from autograder.gradebook.final_marks import CHECK
from autograder.gradebook.outputs import check_outputs, status_cell, status_line
from autograder.gradebook.scores import leave_ungraded
from autograder.grading.batch import GradedSubmission
from autograder.grading.rounds import rounds_of
from autograder.results import Status


class GraderError(Exception):
    """The grader itself failed on this submission: it stays ungraded."""


class ShowResult(NbGraderPreprocessor):
    """Put the result record into the check cells, for nbgrader to read the marks there."""

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Grade the submission, or take its record from the cache, and show it.

        Raises GraderError, after taking back any older mark, when there is no result.
        """
        graded = self._graded(resources)
        result = graded.result
        if result.status is Status.GRADER_ERROR:
            self._leave_ungraded(resources)
            raise GraderError(f"No marks: {result.message}")
        tasks = {task.task.rsplit("/", 1)[-1]: task for task in result.tasks}
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if cell.cell_type != "code" or not is_grade(cell) or is_solution(cell):
                continue
            task = tasks.get(name.removeprefix(CHECK))
            if task is None:
                self._leave_ungraded(resources)
                raise GraderError(f"No marks: the grader knows no task for the cell {name}.")
            points = float(cell.metadata["nbgrader"]["points"])
            cell.outputs = check_outputs(result, task, points)
        notebook.cells.insert(0, status_cell(result))
        notebook.metadata["autograder"] = {"result": graded.key, "status": result.status.value}
        resources["autograder"] = {"status_line": status_line(result)}
        return notebook, resources

    def _leave_ungraded(self, resources: dict[str, Any]) -> None:
        names = resources["nbgrader"]
        address = _exporter(self).address
        leave_ungraded(address, names["student"], names["assignment"], names["notebook"])

    def _graded(self, resources: dict[str, Any]) -> GradedSubmission:
        exporter = _exporter(self)
        graded = exporter.grade(exporter.hand_in(resources))
        rounds = rounds_of(exporter.course, exporter.unit)
        return graded.first_failed_only() if rounds and rounds.first_failed_only else graded


class SaveStatus(NbGraderPreprocessor):
    """A status that is not ok, and warnings, become nbgrader's comment on the first answer."""

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Write the comment; it comes after SaveAutoGrades, which writes its own."""
        line = resources["autograder"]["status_line"]
        answers = [cell for cell in notebook.cells if is_solution(cell)]
        if line and answers:
            names = resources["nbgrader"]
            with _exporter(self).address.open() as gradebook:
                comment = gradebook.find_comment(
                    answers[0].metadata["nbgrader"]["grade_id"],
                    names["notebook"],
                    names["assignment"],
                    names["student"],
                )
                comment.auto_comment = line
                gradebook.db.commit()
        return notebook, resources


def _exporter(preprocessor: NbGraderPreprocessor) -> SubmissionExporter:
    exporter = preprocessor.parent
    assert isinstance(exporter, SubmissionExporter)
    return exporter
