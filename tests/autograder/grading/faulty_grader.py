"""A grader with low limits and faults of its own, here and in the processes of other machines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from autograder.grading import judging, session, submission
from autograder.results import Result, Status
from autograder.sandbox.limits import MEBIBYTE, Limits

#: Whoever writes this into a cell meets a fault of the grader's own.
FAULT, NO_AGENT = "# the grader fails here", "# the agent's training fails here"

_honest = submission.grade_file


def grade_file(path: Path, *others: Any) -> Result:
    """Grade as usual, except for those who ask for a fault."""
    text = path.read_text(encoding="utf-8")
    if FAULT in text:
        raise ZeroDivisionError("a fault of the grader's own")
    result = _honest(path, *others)
    if NO_AGENT in text:
        result = Result(result.unit, Status.AGENT_ERROR, result.tasks)
    return result


def changes() -> Iterator[tuple[Any, str, Any]]:
    """Each name to be replaced: where it stands, the name, and what takes its place."""
    yield session, "CELL_SECONDS", 1.0
    yield session, "Limits", partial(Limits, memory_bytes=300 * MEBIBYTE)
    yield judging, "grade_file", grade_file
