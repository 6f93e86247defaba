"""The formgrader's tables: nbgrader's style sheet leaves no gap between their columns."""

from __future__ import annotations

from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool

#: For a page of the formgrader or of feedback.
TABLE_STYLE = """
div.text_cell_render table { margin: 6px 0; font-size: 13px; }
div.text_cell_render th, div.text_cell_render td { padding: 2px 14px 2px 0; vertical-align: top; }
"""


class SpaceTables(Preprocessor):
    """Adds the style to the formgrader's pages; feedback brings it with its own.

    conf.json of the formgrader's template names it, to run after nbconvert's own preprocessor that
    begins the list of styles.
    """

    enabled = Bool(True).tag(config=True)

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """The template prints these styles."""
        resources["inlining"]["css"].append(TABLE_STYLE)
        return notebook, resources
