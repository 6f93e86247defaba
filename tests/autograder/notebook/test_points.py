"""`show_points()` sums up what the checks have found so far, and never runs anything itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbclient import NotebookClient

from autograder.notebook.points import PointsSoFar
from autograder.rendering.palette import PASSED
from autograder.results import TaskResult
from autograder.units import unit_named

UNIT = unit_named("policy_network")
START = 'from autograder import check, show_points, start_unit\nstart_unit("policy_network")'
SOLVE = "def policy_loss(log_probs, returns):\n    return -(returns * log_probs).sum()"
CHECK = 'check("policy_network/loss", policy_loss)'


def result(task: str, points: float) -> TaskResult:
    return TaskResult(f"policy_network/{task}", points, 99)


@pytest.fixture
def run_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`run_kernel(*sources)` runs cells in a new kernel of the same user; each cell's outputs."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "profile"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]), os.pathsep)

    def run(*sources: str) -> list[Any]:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
        client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}})
        client.execute()
        return [cell.outputs for cell in notebook.cells]

    return run


def test_in_plain_text_every_exercise_has_its_line_and_the_open_ones_are_named() -> None:
    points = PointsSoFar(UNIT, {})
    points.note(result("forward", 3))
    points.note(result("act", 1))
    lines = repr(points.report()).splitlines()
    assert lines[0] == f"policy_network: 4 of {UNIT.max_points:g} points so far"
    assert lines[1].split() == ["✓", "forward", "3", "of", "3"]
    assert lines[2].split()[:4] == ["✗", "act", "1", "of"]
    assert lines[-2].split() == ["–", "agent", "3,", "not", "checked", "yet"]
    assert lines[-1].startswith("Open: act, returns, ") and "forward" not in lines[-1]


def test_the_latest_check_counts_not_the_best() -> None:
    points = PointsSoFar(UNIT, {})
    points.note(result("loss", 2))
    points.note(result("loss", 0))
    assert "0 of" in points.report().headline


def test_when_nothing_is_left_it_says_so() -> None:
    points = PointsSoFar(UNIT, {})
    for name, most in UNIT.task_points:
        points.note(TaskResult(name, most, most))
    assert points.report().remark == "All exercises with a check are solved."
    assert points.report({"prediction": 1, "off-policy": 2.5}).remark == (
        "All exercises with a check are solved. "
        "Questions in words (3.5 points) are graded by hand: prediction, off policy."
    )


@pytest.mark.parametrize(
    "kept", ["text", {"policy_network/loss": "9"}, {"policy_network/loss": 99}, {"other/loss": 1}]
)
def test_what_does_not_fit_the_unit_is_not_read(kept: object) -> None:
    store: dict[str, object] = {}
    PointsSoFar(UNIT, store).note(result("loss", 1))
    [key] = store
    store[key] = kept
    assert PointsSoFar(UNIT, store).summary() == ""


def test_a_disk_that_takes_nothing_is_no_error() -> None:
    class Full(dict[str, object]):
        def __setitem__(self, key: str, value: object) -> None:
            raise OSError

    points = PointsSoFar(UNIT, Full())
    points.note(result("loss", 2))
    assert points.report().headline.startswith("policy_network: 2 of")


def test_a_notebook_shows_a_table_and_remembers_it_after_a_restart(run_kernel: Any) -> None:
    first, *_, shown = run_kernel(START, SOLVE, CHECK, 'show_points(in_words={"baseline": 2})')
    page = BeautifulSoup(shown[0]["data"]["text/html"], "html.parser")
    [row] = [row for row in page.find_all("tr") if "loss" in row.text]
    assert "✓" in row.text and "2 of 2" in row.text and PASSED.colour in str(row)
    assert "Questions in words (2 points) are graded by hand: baseline." in page.text
    assert first[-1]["text"].endswith(f" {UNIT.max_points:g} points.\n"), "and no more"

    (*_, again), _ = run_kernel(START, "show_points()")
    assert f"When you last checked: 2 of {UNIT.max_points:g} points so far." in again["text"]


def test_before_the_first_cell_it_says_what_to_do(run_kernel: Any) -> None:
    ask = "try:\n    show_points()\nexcept Exception as e:\n    print(e)"
    [outputs] = run_kernel("from autograder import show_points\n" + ask)
    assert outputs[0]["text"].startswith("Run the first cell of the notebook")
