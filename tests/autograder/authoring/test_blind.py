"""Blind answers are small files: one wrong cell, or all cells of a right notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.authoring import blind
from autograder.authoring.edits import reference
from autograder.course import Course, CourseError
from autograder.units import unit_named

UNIT = unit_named("meet_cartpole")
WRONG = """# believed: the sign does not matter
# truth: pushes away from the fall
def rule(observation):
    return int(observation[2] < 0)
"""
RIGHT = """# hand: a beginner

# %% rule
def rule(observation):
    return int(observation[2] + observation[3] > 0)

# %% play_episode
def play_episode(env, rule):
    return 1.0
"""


class OwnCourse(Course):
    """A course whose answers lie in another folder."""

    def source(self, assignment: str) -> Path:
        """Below this course's own root."""
        return self.root / assignment / f"{UNIT.name}.py"


@pytest.fixture
def answers(tmp_path: Path) -> Course:
    folder = tmp_path / UNIT.assignment / "blind"
    for path, source in (("wrong/rule/01_sign.py", WRONG), ("right/01_beginner.py", RIGHT)):
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(source, encoding="utf-8")
    return OwnCourse(tmp_path)


def test_a_wrong_answer_says_what_was_believed_and_what_is_true(answers: Course) -> None:
    (found,) = blind.wrong_answers_of(UNIT, answers)

    assert (found.name, found.task) == ("rule/01_sign", "meet_cartpole/rule")
    assert found.believed == "the sign does not matter"
    assert found.truth == "pushes away from the fall"
    assert list(found.cells) == ["rule"]


def test_a_right_notebook_has_all_its_cells(answers: Course) -> None:
    (found,) = blind.right_notebooks_of(UNIT, answers)

    assert found.believed == "a beginner"
    assert list(found.cells) == ["rule", "play_episode"]
    assert found.cells["play_episode"].strip().endswith("return 1.0")


def test_its_cells_replace_those_of_the_reference_and_no_others(
    answers: Course, course: Course
) -> None:
    (found,) = blind.wrong_answers_of(UNIT, answers)
    before = reference(UNIT, course)

    after = blind.answered(before, found)

    changed = [new.name for old, new in zip(before.cells, after.cells, strict=True) if old != new]
    assert changed == ["rule"]


def test_a_cell_that_the_notebook_does_not_have_is_named(answers: Course, course: Course) -> None:
    answer = blind.BlindAnswer("x", None, "", "", {"no_such_cell": "1"})

    with pytest.raises(CourseError, match="no_such_cell"):
        blind.answered(reference(UNIT, course), answer)


def test_no_ratings_are_no_error(answers: Course) -> None:
    assert blind.ratings_of(UNIT, answers) == {}
