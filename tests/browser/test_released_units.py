"""Each unit as students get it, in JupyterLab and in Notebook 7: untouched, solved, reopened."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.course import Course
from autograder.rendering.palette import FAILED, PASSED
from autograder.units import Unit
from tests.course import here

pytestmark = pytest.mark.browser

#: The paths under which a Jupyter server shows a notebook.
PLACES = {"JupyterLab": "lab/tree", "Notebook7": "notebooks"}
#: Waits for nothing that trains: the units that do take minutes.
QUICK = "meet_cartpole"
CASES = [
    pytest.param(
        unit, place, id=f"{unit.name}-{place}",
        marks=[] if unit.name == QUICK else [pytest.mark.slow],
    )
    for unit in here.UNITS
    for place in PLACES
]  # fmt: skip

#: The notebook as it is in the browser: cells with outputs, whether a cell runs, unsaved changes.
STATE = """
const widget = window.jupyterapp && window.jupyterapp.shell.currentWidget;
if (!widget || !widget.context || !widget.context.isReady) return null;
return {
    cells: widget.content.model.toJSON().cells,
    running: widget.content.widgets.some((cell) => cell.promptNode?.textContent.includes("*")),
    dirty: widget.context.model.dirty,
};
"""
#: The numbers of an earlier run are removed, so that those of this one can be waited for.
RUN_ALL = """
const widget = window.jupyterapp.shell.currentWidget;
for (const cell of widget.content.model.cells) {
    if (cell.type === "code") { cell.executionCount = null; }
}
widget.sessionContext.ready.then(
    () => window.jupyterapp.commands.execute("notebook:run-all-cells"));
"""
#: Cells outside the window are not drawn until somebody scrolls to them.
SCROLL = """
const widget = window.jupyterapp.shell.currentWidget.content;
widget.scrollToItem(arguments[0], "start");
"""
PICTURES = """
return [...document.querySelectorAll(".jp-OutputArea-output img")].map(
    (image) => [image.complete && image.naturalWidth > 0, image.getBoundingClientRect().right]);
"""
#: Whether the video that can be seen plays; null if there is none.
VIDEO = """
const video = document.querySelector(".jp-OutputArea-output video");
return video && (video.readyState >= 2 && video.videoWidth > 0);
"""


class Page:
    """A notebook in the browser, and what a person does with it."""

    def __init__(self, browser: Any, lab: Any, wait_for: Callable[..., Any], place: str) -> None:
        self.browser, self.lab, self.wait_for = browser, lab, wait_for
        self.name, self.place = place, PLACES[place]

    def open(self, notebook: str) -> None:
        self.browser.get("about:blank")
        self.browser.get(self.lab.url(notebook, self.place))
        self.wait_for("the notebook opens", lambda: self.browser.execute_script(STATE), 60)

    def cells(self) -> list[dict[str, Any]]:
        cells: list[dict[str, Any]] = self.browser.execute_script(STATE)["cells"]
        return [cell for cell in cells if cell["cell_type"] == "code" and cell["source"].strip()]

    def run_all(self, seconds: float) -> list[dict[str, Any]]:
        """Run every cell; the code cells afterwards."""
        self.browser.execute_script(RUN_ALL)

        def finished() -> bool:
            return (
                all(cell["execution_count"] for cell in self.cells())
                and not (self.browser.execute_script(STATE)["running"])
            )

        self.wait_for("every cell has run", finished, seconds)
        return self.cells()

    def save(self) -> None:
        self.browser.execute_script('window.jupyterapp.commands.execute("docmanager:save")')
        clean = lambda: not self.browser.execute_script(STATE)["dirty"]  # noqa: E731
        self.wait_for("it is saved", clean)

    def pictures(self) -> list[list[Any]]:
        """Of every picture: whether it is drawn, and where it ends, in pixels from the left."""
        found: list[list[Any]] = []
        for number in range(len(self.browser.execute_script(STATE)["cells"])):
            self.browser.execute_script(SCROLL, number)
            time.sleep(0.05)
            found += self.browser.execute_script(PICTURES)
        return found

    def videos(self) -> int:
        """How many videos there are; each of them plays."""
        found = 0
        for number in range(len(self.browser.execute_script(STATE)["cells"])):
            self.browser.execute_script(SCROLL, number)
            time.sleep(0.05)
            if self.browser.execute_script(VIDEO) is not None:
                self.wait_for("a video plays", lambda: self.browser.execute_script(VIDEO), 20)
                found += 1
        return found

    def screenshot(self, name: str) -> None:
        """Keep a picture of the window, where SCREENSHOTS names a folder."""
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            self.browser.save_screenshot(f"{folder}/{name}.png")


def text_of(cell: dict[str, Any]) -> str:
    """All that is shown below a cell, as source."""
    parts: list[str] = []
    for output in cell["outputs"]:
        for value in (output.get("text", ""), *output.get("data", {}).values()):
            parts.append("".join(value) if isinstance(value, list) else str(value))
        parts += [output.get("ename", ""), output.get("evalue", "")]
    return "\n".join(parts)


def solve(course: Course, unit: Unit, path: Path) -> None:
    """Write the solutions into a student's notebook."""
    solved = nbformat.read(course.source(unit.assignment).with_suffix(".ipynb"), as_version=4)
    answers = {cell.id: cell.source for cell in solved.cells if cell.cell_type == "code"}
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            cell.source = answers[cell.id]
    nbformat.write(notebook, path)


@pytest.mark.parametrize(("unit", "place"), CASES)
def test_a_unit_untouched_then_solved_saved_and_reopened(
    unit: Unit, place: str, released: Any, browser: Any, wait_for: Any, course: Course
) -> None:
    work_through(unit, Page(browser, released, wait_for, place), course)


def work_through(unit: Unit, page: Page, course: Course) -> None:
    """Run a released unit untouched, then solved, save it and open it again."""
    place, browser, folder = page.name, page.browser, page.lab.folder
    original = folder / unit.assignment / f"{unit.name}.ipynb"
    path = original.with_name(f"{unit.name}-{place}-{browser.name}.ipynb")
    path.write_bytes(original.read_bytes())
    notebook = path.relative_to(folder).as_posix()

    page.open(notebook)
    cells = {cell["id"]: cell for cell in page.run_all(300)}
    for task, _ in unit.task_points:
        assert f"{task}: 0 of" in text_of(cells[f"check-{task.split('/')[1]}"])
    page.screenshot(f"{unit.name}-{place}-untouched")
    page.save()

    solve(course, unit, path)
    page.open(notebook)
    cells = {cell["id"]: cell for cell in page.run_all(900)}
    expect_solved(unit, cells)
    page.save()

    page.open(notebook)
    cells = {cell["id"]: cell for cell in page.cells()}
    expect_solved(unit, cells)
    pictures = page.pictures()
    assert pictures and all(drawn for drawn, _ in pictures)
    width = browser.execute_script("return window.innerWidth")
    assert all(right <= width for _, right in pictures), "no picture is cut off"
    assert page.videos() > 0
    page.screenshot(f"{unit.name}-{place}-reopened")


def expect_solved(unit: Unit, cells: dict[str, Any]) -> None:
    """Every check is green, and the last training is full and green."""
    for task, points in unit.task_points:
        shown = text_of(cells[f"check-{task.split('/')[1]}"])
        assert f"{task}: {points:g} of {points:g} points" in shown
        # A right agent's first training may fail; then a fresh one is trained.
        assert FAILED.colour not in shown or task.endswith("/agent")
    if unit.agent is not None:
        shown = text_of(cells["check-agent"])
        assert "width: 100.0%" in shown and PASSED.colour in shown and "Solved!" in shown
