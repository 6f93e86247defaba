"""Questions in parts: what is an answer, what is said of a wrong one, what guessing earns."""

import json
import re

import numpy as np
import pytest

from autograder.authoring.build import units_with_source
from autograder.checks.expect import KnownMistake
from autograder.checks.judge import NOT_SOLVED, judge
from autograder.course import Course
from autograder.units.shared.questions import (
    Matching,
    Numbers,
    QuestionTask,
    Rows,
    parts_digest,
)
from autograder.worker.local import LocalStudent

NAME = "unit/reading"
TASK = QuestionTask(
    NAME,
    (
        Numbers(
            "returns",
            look="Begin with the last step.",
            points=0.5,
            values=lambda: np.array([1.75, 1.5, 1.0]),
            known=(
                KnownMistake("from_the_front", np.array([1.0, 1.5, 1.75]), "Begin at the end."),
            ),
        ),
        Matching(
            "curves",
            look="Compare the ends.",
            points=1,
            items=("small", "middle", "large"),
            options="abcdef",
            digest=parts_digest(NAME, "curves", "fbd"),
        ),
        Rows(
            "wrong_rows",
            look="Look at the terminal rows.",
            points=0.5,
            rows=6,
            digest=parts_digest(NAME, "wrong_rows", "1,4"),
        ),
    ),
)
RIGHT = {"returns": [1.75, 1.5, 1.0], "curves": "fbd", "wrong_rows": [1, 4]}


def asked(answers, seed=1):
    """The task's verdict about these answers, and its checks by their name."""
    result = judge(TASK, LocalStudent({"reading": lambda: answers}, None), seed)
    return result, {check.check: check for check in result.checks}


@pytest.mark.parametrize("seed", range(3))
def test_right_answers_earn_all_points(seed):
    result, _ = asked(RIGHT, seed)

    assert result.points == result.max_points == 2


@pytest.mark.parametrize(
    "other",
    [
        {"returns": (1.75, 1.5, 1)},
        {"returns": np.array([1.75, 1.5, 1.0], np.float32)},
        {"returns": [1.751, 1.496, 1.01]},
        {"curves": "FBD"},
        {"curves": "f, b, d"},
        {"curves": ["f", "b", "d"]},
        {"wrong_rows": [4, 1]},
        {"wrong_rows": (1, 4, 4)},
        {"wrong_rows": np.array([1, 4])},
        {"more": "than was asked"},
    ],
)
def test_right_answers_may_be_written_in_many_ways(other):
    assert asked(RIGHT | other)[0].points == 2


@pytest.mark.parametrize(
    ("part", "answer", "mistake", "says"),
    [
        ("returns", [1.75, 1.5, 2.0], "wrong_numbers", "1 of the 3 numbers .* number 3 of the"),
        ("returns", [0, 0, 1.0], "wrong_numbers", "2 of .* number 1 of .* Begin with the last"),
        ("returns", [1.75, 1.5, 1.02], "wrong_numbers", "number 3"),
        ("returns", [1.0, 1.5, 1.75], "from_the_front", "Begin at the end"),
        ("returns", [1.75, 1.5], "no_numbers", "list of 3 numbers"),
        ("returns", [[1.75, 1.5, 1.0]], "no_numbers", "list of 3 numbers"),
        ("returns", [1.75, [1.5], 1.0], "no_numbers", "list of 3 numbers"),
        ("returns", ["1.75", "1.5", "1"], "no_numbers", "list of 3 numbers"),
        ("returns", [True, True, True], "no_numbers", "list of 3 numbers"),
        ("returns", [1.75, 1.5, float("nan")], "no_numbers", "list of 3 numbers"),
        ("returns", {1, 2}, "no_numbers", "list of 3 numbers"),
        ("curves", "bfd", "wrong_matching", "Compare the ends"),
        ("curves", "fb", "no_matching", "3 letters from abcdef, one for each of: small, middle"),
        ("curves", "fbx", "no_matching", "3 letters"),
        ("curves", 3, "no_matching", "3 letters"),
        ("curves", [1, 2, 3], "no_matching", "3 letters"),
        ("curves", "ffd", "letter_used_twice", "only one thing"),
        ("wrong_rows", [1], "wrong_rows", "Look at the terminal rows"),
        ("wrong_rows", [], "wrong_rows", "not exactly the rows"),
        ("wrong_rows", [1, 4, 5], "wrong_rows", "not exactly the rows"),
        ("wrong_rows", [1, 6], "no_rows", "from 0 to 5"),
        ("wrong_rows", [-5, 4], "no_rows", "from 0 to 5"),
        ("wrong_rows", [1.5, 4], "no_rows", "from 0 to 5"),
        ("wrong_rows", "1,4", "no_rows", "from 0 to 5"),
        ("wrong_rows", 1, "no_rows", "from 0 to 5"),
    ],
)
def test_a_wrong_part_costs_itself_and_says_what_to_look_at(part, answer, mistake, says):
    result, checks = asked(RIGHT | {part: answer})

    assert (checks[part].mistake, checks[part].passed) == (mistake, False)
    assert re.search(says, checks[part].message)
    assert [name for name, check in checks.items() if not check.passed] == [part]
    assert result.points == 2 - {"returns": 0.5, "curves": 1, "wrong_rows": 0.5}[part]


@pytest.mark.parametrize("answers", ["fbd", None, 3, ["fbd"], {1, 2}])
def test_what_is_no_dictionary_is_told_the_keys(answers):
    result, checks = asked(answers)

    assert result.points == 0
    assert {check.mistake for check in checks.values()} == {"no_dictionary"}
    assert "keys: returns, curves, wrong_rows" in checks["curves"].message


@pytest.mark.parametrize("answers", [{"curves": "fbd"}, RIGHT | {"returns": None}])
def test_a_part_without_an_answer_costs_itself_alone(answers):
    _, checks = asked(answers)

    assert checks["returns"].mistake == "no_answer"
    assert "“returns”" in checks["returns"].message
    assert checks["curves"].passed


def test_an_answer_that_is_not_written_yet_is_not_solved():
    def reading():
        raise NotImplementedError

    result = judge(TASK, LocalStudent({"reading": reading}, None), 1)
    assert result.checks[0].mistake == NOT_SOLVED
    assert result.points == 0


def test_no_row_at_all_can_be_right():
    part = Rows("none", "", 1, rows=6, digest=parts_digest(NAME, "none", ""))

    part.expect_right(NAME, [])


def test_a_digest_stands_for_one_answer_to_one_part_of_one_question():
    digests = {
        parts_digest(*place)
        for place in [
            ("u/a", "x", "ab"),
            ("u/a", "x", "ba"),
            ("u/a", "y", "ab"),
            ("u/b", "x", "ab"),
        ]
    }
    assert len(digests) == 4


QUESTIONS = [
    task
    for unit in units_with_source(Course.find())
    for task in unit.tasks
    if isinstance(task, QuestionTask)
]


def best_of(task, tries, random):
    """The most that somebody earns who may try so often, without thinking."""

    def earned():
        answers = {part.name: part.guess(random) for part in task.parts}
        student = LocalStudent({task.requires[0]: lambda: answers}, None)
        return judge(task, student, 1).points

    return max(earned() for _ in range(tries))


@pytest.mark.parametrize("task", [TASK, *QUESTIONS], ids=lambda task: task.name)
def test_four_random_tries_earn_less_than_a_tenth(task):
    random = np.random.default_rng(7)
    mean = np.mean([best_of(task, 4, random) for _ in range(400)])

    assert mean < 0.1 * task.points


@pytest.mark.parametrize("unit", units_with_source(Course.find()), ids=lambda unit: unit.name)
def test_four_tries_at_all_questions_earn_less_than_a_tenth_of_the_unit(unit):
    """The unit's points are those of its notebook, with answers in words."""
    random = np.random.default_rng(8)
    questions = [task for task in unit.tasks if isinstance(task, QuestionTask)]
    mean = np.mean([sum(best_of(task, 4, random) for task in questions) for _ in range(50)])

    cells = json.loads(Course.find().released(unit.assignment).read_text("utf-8"))["cells"]
    points = sum(cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in cells)
    assert points > unit.max_points
    assert mean < 0.1 * points


def test_a_guesser_who_knows_what_is_plausible_is_worth_testing():
    """The same test sees a question that can be guessed."""
    easy = QuestionTask("u/easy", (Numbers("n", "", 1, values=(1.0, 2.0)),))

    assert np.mean([best_of(easy, 4, np.random.default_rng(i)) for i in range(100)]) > 0.3


@pytest.mark.parametrize("task", QUESTIONS, ids=lambda task: task.name)
def test_every_part_says_what_to_look_at(task):
    assert all(part.look.endswith((".", "?")) for part in task.parts)
