"""The worked examples: every task has one, all their calculations hold, and they help somewhere."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import autograder.units
from autograder.checks.task import Task
from autograder.checks.worked_example import WorkedExample
from autograder.units import unit_named, unit_names

TASKS = [task for name in unit_names() for task in unit_named(name).tasks]
EXAMPLES = {example: task for task in TASKS for example in task.examples}

#: `3 - 0.5 = 2.5`, or a chain of such; a number behind a letter, `_` or `^` is part of a name.
_TERM = r"(?:(?:exp|log|max|min|sqrt)\(|\d+(?:\.\d+)?|[-+*/%(),])"
_SIDE = rf"{_TERM}(?: ?{_TERM})*"
_CALCULATION = re.compile(rf"(?<![\w^.])({_SIDE}) = ({_SIDE})(?: |$|[,.:;])", re.MULTILINE)
_FUNCTIONS = {name: getattr(math, name) for name in ("exp", "log", "sqrt")}


def calculations(text: str) -> list[tuple[str, str]]:
    """What stands on both sides of each equals sign between numbers."""
    return [
        (left.lstrip(", "), right.rstrip(", "))
        for left, right in _CALCULATION.findall(text)
        if re.search(r"[-+*/%(]", left)
    ]


def value(side: str) -> float:
    return float(eval(side, {"__builtins__": {}}, {**_FUNCTIONS, "max": max, "min": min}))


def holds(left: str, right: str) -> bool:
    """Whether both sides are equal, within what the right one's last decimal can show."""
    decimals = len(right.partition(".")[2])
    return abs(value(left) - value(right)) <= 0.6 * 10**-decimals if decimals else (
        math.isclose(value(left), value(right), abs_tol=1e-9)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("so 3 + 4 = 7.", [("3 + 4", "7")]),
        ("gamma = 0.5, x_2 = 4", []),
        ("exp(1) = 2.718,  1 + 1 = 3", [("exp(1)", "2.718"), ("1 + 1", "3")]),
    ],
)
def test_calculations_are_found(text: str, found: list[tuple[str, str]]) -> None:
    assert calculations(text) == found


def test_a_wrong_calculation_does_not_hold() -> None:
    assert holds("1 / 3", "0.333") and not holds("1 / 3", "0.34") and not holds("1 + 1", "3")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.text.splitlines()[0])
def test_every_calculation_of_an_example_holds(example: WorkedExample) -> None:
    wrong = [pair for pair in calculations(example.text) if not holds(*pair)]
    assert wrong == []


def test_most_examples_calculate_something() -> None:
    assert sum(bool(calculations(example.text)) for example in EXAMPLES) > 20


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_check_of_every_task_has_an_example(task: Task) -> None:
    assert any(not example.helps for example in task.examples)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.text.splitlines()[0])
def test_an_example_helps_with_checks_or_mistakes_that_exist(example: WorkedExample) -> None:
    folder = Path(autograder.units.__file__).parent
    sources = [path.read_text("utf-8") for path in folder.rglob("*.py")]
    checks = {check.name for task in TASKS for check in task.checks}
    here = "\n".join(text for text in sources if "WorkedExample(" not in text)
    assert [n for n in example.helps if n not in checks and f'"{n}"' not in here] == []


def test_an_example_is_short_enough_to_be_read() -> None:
    for example in EXAMPLES:
        lines = example.text.splitlines()
        assert len(lines) <= 13 and max(map(len, lines)) <= 90, lines[0]
