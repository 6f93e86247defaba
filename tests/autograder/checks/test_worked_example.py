"""A failed check brings the worked example of its mistake, else of the check, else of the task."""

from __future__ import annotations

import pytest

from autograder.checks.worked_example import WorkedExample, example_for, examples_for
from autograder.results import CheckResult

EXAMPLES = (
    WorkedExample("of the check", ("value",)),
    WorkedExample("of the mistake", ("sign_flipped",)),
    WorkedExample("of the task"),
)


def failed(check: str, mistake: str) -> CheckResult:
    return CheckResult(check, False, mistake, "Look.")


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (failed("value", "sign_flipped"), "of the mistake"),
        (failed("value", "other"), "of the check"),
        (failed("shape", "other"), "of the task"),
        (CheckResult("value", True), None),
        (failed("value", "not_solved"), None),
        (failed("value", "not_reached"), None),
    ],
)
def test_the_nearest_example_is_chosen(result: CheckResult, text: str | None) -> None:
    assert example_for(result, EXAMPLES) == text


def test_without_a_fitting_example_there_is_none() -> None:
    assert example_for(failed("shape", "other"), EXAMPLES[:2]) is None


def test_an_example_that_fits_twice_is_shown_once() -> None:
    checks = [failed("a", "x"), failed("value", "y"), failed("b", "z")]
    assert examples_for(checks, EXAMPLES) == {"a": "of the task", "value": "of the check"}
