"""A notebook's last cell: the points so far, and what is open."""

from __future__ import annotations

from collections.abc import Mapping

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

#: The cell's id.
LAST_ID = "points-so-far"
_SOURCE = """
# Your points so far, as your exercises were last checked. Nothing is run.
from autograder import show_points

show_points({arguments})
"""


def last_cell(tags: list[str], in_words: Mapping[str, float]) -> NotebookNode:
    """The cell that shows the points so far; in_words: the points of each question in words."""
    questions = ", ".join(f'"{name}": {points:g}' for name, points in in_words.items())
    arguments = f"in_words={{{questions}}}" if in_words else ""
    source = _SOURCE.strip().format(arguments=arguments)
    return new_code_cell(source, id=LAST_ID, metadata={"tags": tags})
