"""A notebook's last cell: the points so far, and what is open. It is the same in all units."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

#: The cell's id.
LAST_ID = "points-so-far"
_SOURCE = """
# Your points so far, as your exercises were last checked. Nothing is run.
from autograder import show_points

show_points()
"""


def last_cell(tags: list[str]) -> NotebookNode:
    """The cell that shows the points so far."""
    return new_code_cell(_SOURCE.strip(), id=LAST_ID, metadata={"tags": tags})
