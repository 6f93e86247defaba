"""A variant of an answer is other code that does the same."""

from __future__ import annotations

import ast

import pytest

from autograder.authoring.edits import reference
from autograder.authoring.variants import (
    VARIANTS,
    commented,
    exchanged,
    renamed,
    reordered,
    returned_by_name,
    varied,
)
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

def sign(number):
    if number > 0:
        return 1
    elif number < 0:
        return -1
    else:
        return number * 0
'''


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_does_the_same_and_is_written_differently(name: str) -> None:
    changed = VARIANTS[name](SOURCE)

    namespace: dict = {}
    exec(changed, namespace)
    assert namespace["halved"]([2, 4]) == [1, 2]
    assert namespace["doubled"](numbers=[1, 3], times=2) == [4, 12]
    assert [namespace["sign"](number) for number in (3, -3, 0)] == [1, -1, 0]
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

    assert names == ["sign", "doubled", "halved"]
    assert reordered(derived) == derived
    assert reordered(called_between) == called_between


def test_a_docstring_is_added_where_none_is() -> None:
    source = "def f():\n    'Mine.'\n\ndef g():\n    pass"
    namespace: dict = {}

    exec(commented(source), namespace)

    assert commented(source).startswith("# My solution\n")
    assert namespace["f"].__doc__ == "Mine."
    assert namespace["g"].__doc__ == "Do what was asked for."


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("if a:\n    x\nelse:\n    y", "if not a:\n    y\nelse:\n    x"),
        (
            "if a:\n    x\nelif b:\n    y\nelse:\n    z",
            "if not a:\n    if not b:\n        z\n    else:\n        y\nelse:\n    x",
        ),
        ("x = y if a > 0 else z", "x = z if not a > 0 else y"),
        ("if a:\n    x", "if a:\n    x"),
    ],
)
def test_if_and_else_are_exchanged(source: str, changed: str) -> None:
    assert exchanged(source) == changed


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("def f(x):\n    return x + 1", "def f(x):\n    answer = x + 1\n    return answer"),
        ("def f(x):\n    return x", "def f(x):\n    return x"),
        ("def f():\n    return", "def f():\n    return"),
        (
            "def f(answer):\n    return answer + 1",
            "def f(answer):\n    answer_ = answer + 1\n    return answer_",
        ),
        (
            "def f(x):\n\n    def answer():\n        return x + 1\n    return answer()",
            "def f(x):\n\n    def answer():\n        answer_ = x + 1\n        return answer_\n"
            "    answer_ = answer()\n    return answer_",
        ),
    ],
)
def test_what_is_returned_gets_a_name_that_is_free(source: str, changed: str) -> None:
    assert returned_by_name(source) == changed


def test_only_answers_are_changed(course: Course) -> None:
    before = reference(unit_named("meet_cartpole"), course)

    after = varied(before, "reformatted")

    changed = [old for old, new in zip(before.cells, after.cells, strict=True) if old != new]
    assert changed and all(cell.solution for cell in changed)
