"""Questions with one right letter: which answers count, and what the others are told."""

import pytest

from autograder.checks.judge import NOT_SOLVED, judge
from autograder.units.shared.answers import ChoiceTask, answer_digest
from autograder.worker.local import LocalStudent


def question(right="b", options="abcd"):
    """A question with this right answer."""
    return ChoiceTask("unit/why", answer_digest("unit/why", right), options)


def answered(answer, seed=1, **asked):
    """How the only check of a question judges a student's answer."""
    (check,) = judge(question(**asked), LocalStudent({"why": lambda: answer}, None), seed).checks
    return check


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("right", "abcd")
def test_the_right_letter_earns_the_point(right, seed):
    assert answered(right, right=right, seed=seed).passed


@pytest.mark.parametrize("answer", ["B", " b", "b\n", " B "])
def test_case_and_blanks_do_not_matter(answer):
    assert answered(answer, right="b").passed


@pytest.mark.parametrize("right", "abcd")
def test_every_other_option_is_wrong(right):
    for other in set("abcd") - {right}:
        check = answered(other, right=right)
        assert check.mistake == "wrong_option"
        assert "Look at the curve again" in check.message


@pytest.mark.parametrize(
    "answer", ["", " ", "e", "ab", "bb", "b)", "because", "1", 1, None, True, ["b"], b"b"]
)
def test_what_is_no_option_is_told_the_options(answer):
    check = answered(answer)

    assert check.mistake == "no_option"
    assert "one of the letters a, b, c, d as a text" in check.message


def test_a_question_may_have_other_options():
    assert answered("f", right="f", options="ef").passed
    assert answered("e", right="f", options="ef").mistake == "wrong_option"
    assert answered("a", right="f", options="ef").mistake == "no_option"
    assert "letters e, f as" in answered("a", right="f", options="ef").message


def test_a_question_is_one_check_worth_a_point_and_asks_the_function_of_its_name():
    task = question()

    assert task.name == "unit/why"
    assert task.requires == ("why",)
    assert [(check.name, check.points) for check in task.checks] == [("the_right_option", 1)]
    assert judge(task, LocalStudent({"why": lambda: "b"}, None), 1).points == 1


def test_an_answer_that_is_not_written_yet_is_not_solved():
    (check,) = judge(question(), LocalStudent({"unit": lambda: "b"}, None), 1).checks

    assert check.mistake == NOT_SOLVED


def test_a_digest_stands_for_one_answer_to_one_question():
    digest = answer_digest("dqn/diagnosis", "d")

    assert digest == "3e014c3e2ae25fcb"
    assert digest != answer_digest("dqn/diagnosis", "c")
    assert digest != answer_digest("dqn_keras/diagnosis", "d")
