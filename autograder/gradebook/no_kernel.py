"""A gradebook in which nbgrader finds no kernel: without this course's settings it runs nothing.

traitlets only logs an error in nbgrader_config.py. nbgrader would then go on with its own settings
and run students' code with the instructor's rights, in the kernel that its gradebook names.
"""

from __future__ import annotations

import json
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor

#: No such kernel is installed anywhere; jupyter_client names it in its error.
KERNEL = json.dumps({
    "name": "only-the-autograder-runs-students-code",
    "display_name": "Only the autograder runs students' code",
    "language": "python",
})  # fmt: skip


def allows_execution(notebook: Notebook) -> bool:
    """Whether nbgrader would find a kernel for the submissions of this notebook."""
    return bool(notebook.kernelspec != KERNEL)


class ForbidExecution(NbGraderPreprocessor):
    """The last step of `nbgrader generate_assignment`, which has put the real kernel there."""

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Change the gradebook alone: the notebook keeps its kernel for the students."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            gradebook.find_notebook(names["notebook"], names["assignment"]).kernelspec = KERNEL
            gradebook.db.commit()
        return notebook, resources
