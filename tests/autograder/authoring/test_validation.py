"""`autograder validate` reports a mistake that lists a check which it does not fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.authoring import validation
from autograder.authoring.edits import mistakes_of
from autograder.authoring.validation import Case, examine
from autograder.course import Course
from autograder.units import unit_named


def test_a_mistake_that_lists_a_check_in_vain_is_a_problem(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = unit_named("meet_cartpole")
    known = mistakes_of(unit, course)[0]
    case = Case(unit.name, "mistakes", known.name)
    idle = "meet_cartpole/on_paper:no_such_check"

    assert examine(course.root, case).problem is None
    monkeypatch.setattr(
        validation, "mistakes_of", lambda *_: (replace(known, also=(*known.also, idle)),)
    )
    assert examine(course.root, case).problem == f"does not fail {idle}"
