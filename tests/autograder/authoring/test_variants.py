"""A variant of an answer is other code that does the same."""

from __future__ import annotations

import ast

import pytest

from autograder.authoring.edits import reference
from autograder.authoring.variants import VARIANTS, renamed, reordered, varied
from autograder.course import Course
from autograder.units import unit_named

SOURCE = '''
SCALE = 2  # a global

def halved(numbers):
    """Half of each."""
    result = []
    for number in numbers:
        result.append(number / SCALE)
    return result

def doubled(numbers, times=1):
    total = [number * SCALE**times for number in numbers]
    return total
'''


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_does_the_same_and_is_written_differently(name: str) -> None:
    changed = VARIANTS[name](SOURCE)

    namespace: dict = {}
    exec(changed, namespace)
    assert namespace["halved"]([2, 4]) == [1, 2]
    assert namespace["doubled"](numbers=[1, 3], times=2) == [4, 12]
    assert changed != SOURCE


def test_draws_leave_no_names_behind() -> None:
    before: dict = {}
    after: dict = {}
    exec(SOURCE, before)
    exec(VARIANTS["after_other_draws"](SOURCE), after)

    assert after.keys() == before.keys()


def test_local_variables_get_other_names_and_arguments_keep_theirs() -> None:
    changed = renamed(SOURCE)

    assert "result" not in changed and "total" not in changed
    assert "numbers" in changed and "times" in changed and "SCALE" in changed


def test_definitions_are_reordered_unless_one_needs_another() -> None:
    names = [node.name for node in ast.parse(reordered(SOURCE)).body if hasattr(node, "name")]
    derived = "class Base: pass\nclass Derived(Base): pass\n"
    called_between = "def first(): pass\nalias = first\ndef second(): pass\n"

    assert names == ["doubled", "halved"]
    assert reordered(derived) == derived
    assert reordered(called_between) == called_between


def test_only_answers_are_changed(course: Course) -> None:
    before = reference(unit_named("meet_cartpole"), course)

    after = varied(before, "reformatted")

    changed = [old for old, new in zip(before.cells, after.cells, strict=True) if old != new]
    assert changed and all(cell.solution for cell in changed)
