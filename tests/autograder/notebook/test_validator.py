"""How `nbgrader validate` and the Validate button report a student's notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.validator import Validator

SETUP = """
import torch
from autograder import check, start_unit
start_unit("policy_network")
"""
STUB = "def policy_loss(log_probs, returns):\n    raise NotImplementedError()"
WRONG = "def policy_loss(log_probs, returns):\n    return (returns * log_probs).sum()"
RIGHT = "def policy_loss(log_probs, returns):\n    return -(returns * log_probs).sum()"


def validated(folder: Path, answer: str) -> list[dict[str, Any]]:
    """The failed cells of a notebook with this answer, as the button shows them."""
    check = new_code_cell('check("policy_network/loss", policy_loss)')
    check.metadata["nbgrader"] = {
        "grade": True, "solution": False, "locked": True, "task": False, "points": 2,
        "grade_id": "check-loss", "schema_version": 3, "cell_type": "code",
    }  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(
        cells=[new_code_cell(SETUP), new_code_cell(answer), check], metadata={"kernelspec": kernel}
    )
    path = folder / "policy_network.ipynb"
    nbformat.write(notebook, path)
    failed: list[dict[str, Any]] = Validator().validate(str(path)).get("failed", [])
    return failed


@pytest.mark.parametrize(
    ("answer", "why"), ((STUB, "NotImplementedError"), (WRONG, "The sign is flipped"))
)
def test_what_is_not_right_fails_with_the_exercise_and_the_cause(
    tmp_path: Path, answer: str, why: str
) -> None:
    (failed,) = validated(tmp_path, answer)

    assert "policy_network/loss: 0 of 2 points" in failed["raw_error"]
    assert why in failed["raw_error"]


def test_what_is_right_passes(tmp_path: Path) -> None:
    assert validated(tmp_path, RIGHT) == []
