"""What a unit tells its readers: goals, effort, figures, and what is graded by hand."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.course import Course
from autograder.units import Unit
from tests.course import here

#: Functions whose name begins so draw a figure that explains.
DRAWS = re.compile(r"^(?:draw|map|plot)_\w+$")


def cells(course: Course, unit: Unit) -> list[NotebookNode]:
    notebook = nbformat.read(course.source(unit.assignment).with_suffix(".ipynb"), as_version=4)
    return list(notebook.cells)


def prose(course: Course, unit: Unit) -> list[str]:
    return [cell.source for cell in cells(course, unit) if cell.cell_type == "markdown"]


def lines_to_write(course: Course, unit: Unit) -> int:
    """Lines of code between the marks of the solutions, comments and empty ones left out."""
    parts = [
        part
        for cell in cells(course, unit)
        if cell.cell_type == "code"
        for part in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.S)
    ]
    lines = [line.strip() for part in parts for line in part.splitlines()]
    return sum(bool(line) and not line.startswith("#") for line in lines)


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_it_begins_with_goals_and_a_difficulty_and_ends_with_what_one_can_do(
    course: Course, unit: Unit
) -> None:
    first, *_, last = prose(course, unit)
    for line in ("**What you will learn**\n\n* ", "**Difficulty**: "):
        assert line in first
    assert re.search(r"Plan (?:an?|one|two|three|four)(?: and a half)? hours?", first)
    assert "## What you can do now\n\n* " in last


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_the_lines_that_it_announces_are_those_that_its_solution_has(
    course: Course, unit: Unit
) -> None:
    said = re.search(r"You write about (\d+) +lines", prose(course, unit)[0].replace("\n", " "))
    if said is None:
        assert (
            unit.name == "meet_cartpole"
            and "You will write a few short functions." in prose(course, unit)[0]
        )
        return
    assert abs(int(said[1]) - lines_to_write(course, unit)) <= 3


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_it_draws_a_figure_that_explains(course: Course, unit: Unit) -> None:
    sources = "\n".join(cell.source for cell in cells(course, unit) if cell.cell_type == "code")
    [imported] = re.findall(r"^from helpers\.figures import (\([^)]*\)|.*)$", sources, re.M)
    names = [name for name in re.findall(r"\w+", imported) if DRAWS.match(name)]
    assert names
    for name in names:
        assert re.search(rf"\b{name}\(", sources), f"{name} is imported and not called"


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_no_figure_is_drawn_that_says_nothing_in_words(course: Course, unit: Unit) -> None:
    """Our own figures have alternative texts, matplotlib's have none."""
    assert not any("pyplot" in cell.source for cell in cells(course, unit))


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_the_last_cell_names_all_questions_that_are_graded_by_hand(
    course: Course, unit: Unit
) -> None:
    *others, last = cells(course, unit)
    by_hand = {
        cell.id.removeprefix("question-"): cell.metadata.nbgrader.points
        for cell in others
        if cell.id.startswith("question-")
    }
    assert by_hand
    named = re.findall(r'"([\w-]+)": ([0-9.]+)', last.source)
    assert {name: float(points) for name, points in named} == by_hand
