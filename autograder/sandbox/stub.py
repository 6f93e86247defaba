"""What `autograder` is inside the sandbox: the notebook's functions without a verdict.

The sandbox shows this file as the package's `__init__.py`: notebooks import from it, and
nothing of what the grader knows is there to be read.
"""

from __future__ import annotations


def check(task: str, *answers: object) -> float:
    """Judge nothing: the grader asks its own questions, from outside."""
    return 0.0


def start_unit(name: str) -> None:
    """Nothing to get ready: nobody looks at this notebook while it is graded."""
