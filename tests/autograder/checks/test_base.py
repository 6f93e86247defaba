"""What a check says of an answer: right within a tolerance, or which mistake it looks like."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from autograder.checks.expect import CheckFailed, KnownMistake, expect, expect_close, expect_shape
from autograder.checks.task import Task

RIGHT = np.array([1.0, -2.0, 30.0])


def verdict(actual, expected=RIGHT, **keywords):
    """The mistake that an answer is found to be, or None."""
    try:
        expect_close(actual, expected, "wrong", "Not these.", **keywords)
    except CheckFailed as wrong:
        return wrong.mistake
    return None


def nothing_to_ask(student, random):
    pass


def test_a_verdict_carries_the_mistake_and_its_message():
    wrong = CheckFailed("sign_flipped", "Put a minus in front.")

    assert (wrong.mistake, wrong.message) == ("sign_flipped", "Put a minus in front.")
    assert str(wrong) == "Put a minus in front."


def test_a_task_is_worth_the_points_of_its_checks_together():
    task = Task("unit/exercise", requires=("answer",))
    task.check("first", points=2)(nothing_to_ask)
    task.check("second", points=0.5)(nothing_to_ask)

    assert [check.name for check in task.checks] == ["first", "second"]
    assert task.points == 2.5


def test_a_task_without_checks_is_worth_nothing():
    assert Task("unit/exercise", requires=()).points == 0


def test_a_check_gives_one_point_and_stops_nothing_unless_said_otherwise():
    task = Task("unit/exercise", requires=())
    task.check("usual")(nothing_to_ask)
    task.check("first_of_all", blocking=True)(nothing_to_ask)

    assert [(check.points, check.blocking) for check in task.checks] == [(1, False), (1, True)]


def test_registering_a_check_leaves_the_function_as_it_is():
    task = Task("unit/exercise", requires=())

    assert task.check("usual")(nothing_to_ask) is nothing_to_ask
    assert task.checks[0].ask is nothing_to_ask


def test_a_registered_check_cannot_be_changed():
    task = Task("unit/exercise", requires=())
    task.check("usual")(nothing_to_ask)

    with pytest.raises(FrozenInstanceError):
        task.checks[0].points = 100


def test_a_condition_that_holds_is_no_mistake():
    expect(True, "wrong", "Not this.")


def test_a_condition_that_does_not_hold_is_the_mistake():
    with pytest.raises(CheckFailed, match=r"Not this\.") as raised:
        expect(False, "wrong", "Not this.")
    assert raised.value.mistake == "wrong"


def test_an_answer_of_the_right_shape_is_given_back():
    answer = np.zeros((2, 3))

    assert expect_shape(answer, (2, 3), "wrong_shape", "One row each.") is answer


@pytest.mark.parametrize("shape", [(), (2,), (3,), (1, 3), (2, 2), (2, 4), (3, 2), (2, 3, 1)])
def test_another_shape_is_told_together_with_the_right_one(shape):
    with pytest.raises(CheckFailed) as raised:
        expect_shape(np.zeros(shape), (2, 3), "wrong_shape", "One row each.")
    assert raised.value.mistake == "wrong_shape"
    said = f"One row each. The shape should be (2, 3), yours is {shape}."
    assert raised.value.message.startswith(said)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((5, 1), ".squeeze(-1)"),
        ((1, 5), "a batch already"),
        ((5, 5), "became a table"),
        ((), "summed or averaged"),
    ],
)
def test_a_known_cause_of_a_shape_is_told(shape, said):
    with pytest.raises(CheckFailed) as raised:
        expect_shape(np.zeros(shape), (5,), "wrong_shape", "One number each.")
    assert said in raised.value.message


def test_the_first_number_that_differs_is_told():
    with pytest.raises(CheckFailed) as raised:
        expect_close(RIGHT + np.arange(3), RIGHT, "wrong", "Not these.")
    assert raised.value.message == (
        "Not these. The first number that differs: [1] should be -2, yours is -1."
    )
    with pytest.raises(CheckFailed) as raised:
        expect_close(3, np.array(2.5), "wrong", "Not this.")
    assert raised.value.message == "Not this. It should be 2.5, yours is 3."


@pytest.mark.parametrize(
    ("answer", "said"),
    [(None, "not None: is a return missing?"), ([1, 2], "not a list."), ("1", "not a str.")],
)
def test_what_is_no_array_has_no_shape(answer, said):
    with pytest.raises(CheckFailed) as raised:
        expect_shape(answer, (2,), "wrong_shape", "One number each.")
    assert raised.value.mistake == "wrong_shape"
    assert raised.value.message == f"One number each. It should be a tensor or an array, {said}"


@pytest.mark.parametrize("tolerance", [1e-4, 0.2])
@pytest.mark.parametrize("direction", [-1, 1])
@pytest.mark.parametrize("place", range(3))
def test_the_tolerance_is_absolute_plus_relative(tolerance, direction, place):
    allowed = direction * tolerance * (1 + np.abs(RIGHT)) * np.eye(3)[place]

    assert verdict(RIGHT + 0.99 * allowed, tolerance=tolerance) is None
    assert verdict(RIGHT + 1.01 * allowed, tolerance=tolerance) == "wrong"


def test_the_tolerance_is_a_ten_thousandth_unless_said_otherwise():
    assert verdict(np.array(1.00019), 1.0) is None
    assert verdict(np.array(1.00021), 1.0) == "wrong"


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64])
def test_numbers_of_any_kind_are_compared(kind):
    assert verdict(RIGHT.astype(kind)) is None
    assert verdict((RIGHT + 1).astype(kind)) == "wrong"


@pytest.mark.parametrize("one", [1, 1.0, True, np.array(1.0)])
def test_a_single_number_may_come_without_an_array(one):
    assert verdict(one, 1.0) is None
    assert verdict(one, 2.0) == "wrong"


@pytest.mark.parametrize("answer", [None, "1", [1.0, -2.0, 30.0], 1.0, RIGHT[:2], RIGHT[None]])
def test_right_numbers_of_another_kind_or_shape_are_wrong(answer):
    assert verdict(answer) == "wrong"


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_never_right(odd):
    assert verdict(np.array([odd])) == "wrong"
    assert verdict(np.array([odd]), np.array([odd])) == "wrong"


def test_the_first_typical_mistake_that_fits_is_named():
    otherwise = (
        KnownMistake("off_by_one", RIGHT + 1, "One too many."),
        KnownMistake("sign_flipped", -RIGHT, "The sign is flipped."),
        KnownMistake("negated", -RIGHT, "Negated."),
    )

    with pytest.raises(CheckFailed) as raised:
        expect_close(-RIGHT, RIGHT, "wrong", "Not these.", known_mistakes=otherwise)
    assert raised.value.mistake == "sign_flipped"
    assert raised.value.message == "The sign is flipped."
    assert verdict(RIGHT / 7, known_mistakes=otherwise) == "wrong"


def test_a_right_answer_is_right_even_where_a_typical_mistake_leads_to_it_too():
    assert verdict(RIGHT, known_mistakes=(KnownMistake("unlucky", RIGHT, "Unlucky."),)) is None


def test_a_typical_mistake_is_named_within_the_same_tolerance():
    otherwise = (KnownMistake("zero", np.zeros(3), "Nothing."),)

    assert verdict(np.full(3, 0.19), known_mistakes=otherwise, tolerance=0.2) == "zero"
    assert verdict(np.full(3, 0.21), known_mistakes=otherwise, tolerance=0.2) == "wrong"


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (3, 1), (3, 3)])
def test_a_typical_mistake_of_another_shape_is_not_named(shape):
    otherwise = (KnownMistake("five", np.full(shape, 5.0), "Five."),)

    assert verdict(np.full(3, 5.0), known_mistakes=otherwise) == "wrong"


def test_a_typical_mistake_may_be_a_plain_number():
    assert verdict(5.0, 1.0, known_mistakes=(KnownMistake("five", 5, "Five."),)) == "five"
