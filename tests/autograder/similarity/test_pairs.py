"""Answers are alike whatever they are called and however they look; common ones say little."""

from __future__ import annotations

import pytest

from autograder.similarity.pairs import SHORT, pairs, similarity
from autograder.similarity.pieces import pieces_of

CODE = '''
def returns(rewards, gamma):
    """The discounted returns."""
    total, found = 0.0, []
    for reward in reversed(rewards):
        total = reward + gamma * total  # from the end
        found.append(total)
    return np.array(found[::-1])
'''
RENAMED = """
def returns(r, g):
    G, out = 0.0, []
    for x in reversed(r):
        G = x + g * G
        out.append(G)
    return np.array(out[::-1])
"""
OTHER = """
def returns(rewards, gamma):
    steps = np.arange(len(rewards))
    powers = gamma ** np.maximum(steps[None, :] - steps[:, None], 0)
    return (np.triu(powers) * rewards).sum(axis=1)
"""


def answer(number: int, length: int = 40) -> frozenset[int]:
    """Pieces that no other number has."""
    return frozenset(range(1000 * number, 1000 * number + length))


def test_names_comments_docstrings_and_layout_do_not_count() -> None:
    one = pieces_of("code", CODE)
    assert one == pieces_of("code", RENAMED) and len(one) >= SHORT


def test_another_way_to_the_same_result_is_not_alike() -> None:
    assert similarity(pieces_of("code", CODE), pieces_of("code", OTHER)) < 0.3


def test_one_changed_line_leaves_an_answer_alike() -> None:
    changed = CODE.replace("found[::-1]", "list(reversed(found))")
    assert 0.6 < similarity(pieces_of("code", CODE), pieces_of("code", changed)) < 1


def test_what_is_no_python_is_compared_by_its_words() -> None:
    broken = "def f(:\n  return one two three  # done"
    assert pieces_of("code", broken) == pieces_of("code", "def f(:\n return one two  three")
    assert pieces_of("markdown", "The mean of ALL the returns") == pieces_of(
        "markdown", "the *mean* of all the returns."
    )


def test_a_rare_answer_that_two_share_is_listed() -> None:
    answers = {f"s{number}": {"loss": answer(number)} for number in range(64)}
    answers["s1"] = answers["s0"]
    [pair] = pairs(answers, {})
    assert (pair.first, pair.second, pair.rarity) == ("s0", "s1", 5.0)
    assert [(one.exercise, one.similarity, one.students) for one in pair.shared] == [
        ("loss", 1.0, 2)
    ]


def test_an_answer_that_half_of_the_class_has_says_little() -> None:
    answers = {f"s{number}": {"loss": answer(number % 2)} for number in range(64)}
    assert pairs(answers, {}) == []


def test_several_answers_that_are_less_rare_add_up() -> None:
    answers = {
        f"s{number}": {exercise: answer(number // 4) for exercise in "abcde"}
        for number in range(16)
    }
    found = pairs(answers, {})
    assert len(found) == 4 * 6 and {pair.rarity for pair in found} == {10.0}


def test_nearly_the_same_counts_with_everybody_who_is_near() -> None:
    answers = {f"s{number}": {"loss": answer(number)} for number in range(128)}
    answers["s1"] = {"loss": frozenset([*answers["s0"]["loss"]][:-2]) | {1, 2}}
    answers["s2"] = answers["s0"]
    found = pairs(answers, {})
    assert {(pair.first, pair.second) for pair in found} == {
        ("s0", "s1"), ("s0", "s2"), ("s1", "s2"),
    }  # fmt: skip
    assert {one.students for pair in found for one in pair.shared} == {3}


@pytest.mark.parametrize("known", [answer(0), answer(0) | {7, 8}])
def test_the_references_own_solution_and_the_stub_are_left_out(known: frozenset[int]) -> None:
    answers = {f"s{number}": {"loss": answer(number)} for number in range(64)}
    answers["s1"] = answers["s0"]
    assert pairs(answers, {"loss": [known]}) == []


def test_short_answers_are_left_out() -> None:
    answers = {f"s{number}": {"loss": answer(number, SHORT - 1)} for number in range(64)}
    answers["s1"] = answers["s0"]
    assert pairs(answers, {}) == []
