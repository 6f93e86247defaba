"""A student's notebook always runs: from top to bottom, solved or not, on a real kernel."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.course import Course
from autograder.units import Unit
from tests.course import here

#: What Jupyter, Colab and VS Code all show without an extension of ours. (VS Code and Colab bring
#: what shows widgets.)
PLAIN_TYPES = {
    "application/vnd.jupyter.widget-view+json", "image/png", "text/html", "text/plain",
}  # fmt: skip
#: What Run All goes past, because an exercise above is not solved yet.
GO_ON = "raises-exception"


def run(path: Path, folder: Path) -> list[NotebookNode]:
    """Run All in a fresh kernel; the cells with their outputs.

    Raises CellExecutionError where Run All would stop.
    """
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=900, kernel_name="python3", resources=resources).execute()
    return list(notebook.cells)


def shown(cell: NotebookNode) -> str:
    """What a reader sees below a cell, as text."""
    parts = []
    for output in cell.get("outputs", []):
        parts.append(output.get("text", ""))
        parts += [str(value) for value in output.get("data", {}).values()]
        parts += [output.get("ename", ""), output.get("evalue", ""), *output.get("traceback", [])]
    return "\n".join(parts)


def failed(cell: NotebookNode) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def types(cells: list[NotebookNode]) -> set[str]:
    """The MIME types of all outputs."""
    outputs = (output for cell in cells for output in cell.get("outputs", []))
    return {kind for output in outputs for kind in output.get("data", {})}


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_untouched_it_runs_to_the_end_and_every_exercise_fails_alone(
    course: Course, unit: Unit, tmp_path: Path
) -> None:
    cells = run(course.released(unit.assignment), tmp_path)
    assert types(cells) <= PLAIN_TYPES
    code = [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]
    assert all(cell.execution_count for cell in code), "every cell was reached"
    assert f"{unit.name}: 0 of {unit.max_points:g} points so far" in shown(cells[-1])
    by_name = {cell.id: cell for cell in cells}
    for task, _ in unit.task_points:
        below = shown(by_name[f"check-{task.split('/', 1)[1]}"])
        assert "NotImplementedError" in below and task in below, task
    for cell in cells:
        if failed(cell):
            assert GO_ON in cell.metadata.tags, cell.id
            assert any(task in shown(cell) for task, _ in unit.task_points), cell.id


#: Of the units that train, `make test` waits for the first; the others take a minute or two each.
WAITED_FOR = next(unit for unit in here.UNITS if unit.agent is not None)
SOLVED = [
    pytest.param(
        unit,
        id=unit.name,
        marks=[] if unit.agent is None or unit is WAITED_FOR else [pytest.mark.slow],
    )
    for unit in here.UNITS
]


@pytest.mark.parametrize("unit", SOLVED)
def test_solved_it_runs_without_an_error_or_a_warning(
    course: Course, unit: Unit, tmp_path: Path
) -> None:
    cells = run(course.source(unit.assignment).with_suffix(".ipynb"), tmp_path)
    most = f"{unit.max_points:g}"
    assert f"{most} of {most} points so far" in shown(cells[-1])
    assert types(cells) <= PLAIN_TYPES
    for cell in cells:
        assert not failed(cell), shown(cell)
        warnings = [
            output.text
            for output in cell.get("outputs", [])
            if output.output_type == "stream" and output.name == "stderr"
        ]
        assert not warnings, f"{cell.id}: {warnings}"
