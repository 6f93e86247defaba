"""Submissions that look odd but are right get full marks, and say `ok`.

A file in `submissions/` says what is odd about it. It may define CELLS (other answers), FIRST and
LAST (an added code cell at the top, at the end), ABOVE and ADDED (added code cells above and below
a cell, by its name) and `notebook` (changes the file's content, a dict or bytes). Where nothing is
said, the reference's answers stand. The agent's training is left out: it costs half a minute each.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.submission import GradingOptions, grade_file
from autograder.units import unit_named
from tests.hostile import corpus, little

FOLDER = Path(__file__).parent / "submissions"
UNIT = replace(unit_named("policy_network"), agent=None)
ODD = sorted(FOLDER.glob("*.py"))


@pytest.mark.slow
@pytest.mark.usefixtures("record_grading")
@pytest.mark.parametrize("odd", ODD, ids=lambda path: path.stem)
def test_an_odd_submission_gets_full_marks(odd, tmp_path):
    course = little.make_course(tmp_path)
    path = corpus.hand_in_path(course, odd.stem, UNIT)
    path.write_bytes(content(odd, course))

    result = grade_file(path, UNIT, course, GradingOptions())

    failed = [
        (check.check, check.message)
        for task in result.tasks
        for check in task.checks
        if not check.passed
    ]
    assert failed == []
    assert (result.status.value, result.message) == ("ok", None)
    assert result.points == result.max_points


def content(odd, course):
    """The file that was handed in."""
    spec = importlib.util.spec_from_file_location(f"odd_{odd.stem}", odd)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    answers = corpus.right_answers(UNIT) | getattr(module, "CELLS", {})
    notebook = corpus.answered(course, UNIT, answers)
    cells = notebook["cells"]
    for offset, added in ((0, getattr(module, "ABOVE", {})), (1, getattr(module, "ADDED", {}))):
        for name, source in added.items():
            names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
            cells.insert(names.index(name) + offset, corpus.added_cell(source))
    if hasattr(module, "FIRST"):
        cells.insert(0, corpus.added_cell(module.FIRST))
    if hasattr(module, "LAST"):
        cells.append(corpus.added_cell(module.LAST))
    changed = getattr(module, "notebook", lambda notebook: notebook)(notebook)
    return changed if isinstance(changed, bytes) else json.dumps(changed).encode()
