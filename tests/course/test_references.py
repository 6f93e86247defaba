"""A unit's prose refers to other units by name, and the build writes their numbers."""

from __future__ import annotations

import nbformat
import pytest

from autograder.authoring.build import build
from autograder.authoring.references import LITERAL, resolve
from autograder.course import Course, CourseError
from autograder.units import Unit, unit_named
from tests.course import here

PROSE = "Nothing but doubling."


def built_prose(course: Course, unit: Unit) -> str:
    build(course, [unit])
    return str(nbformat.read(course.released(unit.assignment), as_version=4).cells[0].source)


def test_a_reference_becomes_the_place_in_the_courses_list(tiny: Course, unit: Unit) -> None:
    (tiny.root / "units.txt").write_text("policy_network\ndqn\n", encoding="utf-8")
    here.edit(tiny.source(unit.assignment), PROSE, "{Unit:dqn} does it. See {unit:policy_network}.")
    assert "Unit 2 does it. See unit 1." in built_prose(tiny, unit)


def test_a_unit_that_is_left_out_is_called_by_its_title(tiny: Course, unit: Unit) -> None:
    (tiny.root / "units.txt").write_text("policy_network\n", encoding="utf-8")
    here.edit(tiny.source(unit.assignment), PROSE, "As in {unit:dqn}.")
    assert f"As in the unit “{unit_named('dqn').title}”." in built_prose(tiny, unit)


def test_inserting_a_unit_renumbers_the_prose_and_no_cell(tiny: Course, unit: Unit) -> None:
    here.edit(tiny.source(unit.assignment), "# # A tiny unit", "# # After {unit:dqn}")
    ids = []
    for units in ("dqn\npolicy_network\n", "meet_cartpole\ndqn\npolicy_network\n"):
        (tiny.root / "units.txt").write_text(units, encoding="utf-8")
        built_prose(tiny, unit)
        released = nbformat.read(tiny.released(unit.assignment), as_version=4)
        ids.append([cell.id for cell in released.cells])
    assert released.cells[0].source.startswith("# After unit 2")
    assert ids[0] == ids[1]


def test_an_unknown_unit_is_refused_with_file_and_cell(tiny: Course, unit: Unit) -> None:
    here.edit(tiny.source(unit.assignment), PROSE, "As in {unit:dqm}.")
    with pytest.raises(CourseError) as refused:
        build(tiny, [unit])
    message = str(refused.value)
    assert str(tiny.source(unit.assignment)) in message and "'# A tiny unit'" in message
    assert "No unit dqm" in message and "\n" not in message


def test_an_assignment_is_no_reference(course: Course) -> None:
    with pytest.raises(CourseError, match=r"must name the unit alone: \{unit:dqn\}"):
        resolve("{unit:4_dqn}", course)


@pytest.mark.parametrize("unit", here.UNITS, ids=here.name)
def test_no_prose_writes_down_a_number_or_a_neighbour(course: Course, unit: Unit) -> None:
    lines = course.source(unit.assignment).read_text(encoding="utf-8").splitlines()
    literal = [line for line in lines if LITERAL.search(line)]
    assert not literal, f"write {{unit:NAME}} instead: {literal}"


@pytest.mark.parametrize(
    "prose", ("in unit 4", "the next unit", "Units 2 and 3", "the unit before")
)
def test_a_literal_number_is_noticed(prose: str) -> None:
    assert LITERAL.search(prose)
