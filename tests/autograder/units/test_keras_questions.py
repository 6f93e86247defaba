"""The questions of the Keras units: what is right, and what is said of each slip."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks.judge import judge
from autograder.units.double_dqn_keras import questions as double_questions
from autograder.units.double_dqn_keras.questions import BATCHES, INTERVAL, RESET, STEP, TARGET
from autograder.units.dqn_keras import questions as plain_questions
from autograder.units.dqn_keras.questions import WITH_MASK, WITH_ONES
from autograder.worker.local import LocalStudent
from tests.autograder.task_tools import mistakes

plain, double = plain_questions.DIAGNOSIS, double_questions.DIAGNOSIS

PLAIN = {
    "colleague": [-0.3, 0.1, 0.0, -0.6, -0.1, -0.1],
    "yours": [0.0, 0.1, 0.0, 0.0, -0.1, 0.0],
    "curves": "fce",
}
DOUBLE = {
    "colleague": [0.1, 0.3, 0.0, 0.2, 0.0, 0.2],
    "yours": [0.0, 0.0, 0.4, 0.4, 0.8, 0.8],
}


def judged(task, answers):
    return judge(task, LocalStudent({"diagnosis": lambda: answers}, None), 1)


@pytest.mark.parametrize(("task", "right"), [(plain, PLAIN), (double, DOUBLE)])
def test_the_right_answers_earn_the_whole_point(task, right):
    result = judged(task, right)

    assert (mistakes(result), result.points) == ({}, 1)


@pytest.mark.parametrize(
    ("questions", "right"),
    [
        (plain_questions, {"middles": [145.3, 166.0, 16.7], "misled": [9, 25, 0]}),
        (double_questions, {"middles": [348.7, 202.0, 24.7], "misled": [10, 15, 0]}),
    ],
)
def test_the_experiments_answers_are_those_of_the_notebooks_table(questions, right):
    answers = {"experiment": lambda: right}
    result = judge(questions.EXPERIMENT, LocalStudent(answers, None), 1)

    assert (mistakes(result), result.points) == ({}, 2)


def test_a_mask_of_ones_asks_every_output_to_move():
    assert np.allclose(WITH_ONES, PLAIN["colleague"])
    assert np.allclose(WITH_MASK, PLAIN["yours"])


def test_the_weights_are_those_of_networks_that_are_followed_batch_by_batch():
    colleague = colleagues_target = yours = your_target = 0.0
    seen = []
    for batch in range(1, BATCHES[-1] + 1):
        colleague, yours = colleague + STEP, yours + STEP
        if batch % INTERVAL == 0:
            colleague, your_target = colleagues_target, yours
        if batch in BATCHES:
            seen.append((colleague, your_target))

    assert np.allclose(seen, np.column_stack([RESET, TARGET]))


@pytest.mark.parametrize(
    ("task", "right", "part", "answer", "mistake"),
    [
        (plain, PLAIN, "colleague", PLAIN["yours"], "masked_output_assumed"),
        (plain, PLAIN, "colleague", [0.3, 0.1, 0.0, -0.4, -0.1, 0.2], "target_at_both_actions"),
        (plain, PLAIN, "colleague", [0.3, -0.1, 0.0, 0.6, 0.1, 0.1], "returned_minus_wanted"),
        (plain, PLAIN, "yours", PLAIN["colleague"], "unmasked_output_assumed"),
        (plain, PLAIN, "yours", [0.0, -0.1, 0.0, 0.0, 0.1, 0.0], "returned_minus_wanted"),
        (plain, PLAIN, "yours", [0.1, -0.1, 0.0], "no_numbers"),
        (plain, PLAIN, "curves", "fec", "wrong_matching"),
        (double, DOUBLE, "colleague", [0.1, 0.3, 0.4, 0.6, 0.8, 1.0], "transfer_ignored"),
        (double, DOUBLE, "colleague", [0.1, 0.3, 0.4, 0.2, 0.4, 0.2], "before_the_transfer"),
        (double, DOUBLE, "colleague", DOUBLE["yours"], "other_network"),
        (double, DOUBLE, "yours", [0.1, 0.3, 0.4, 0.6, 0.8, 1.0], "other_network"),
        (double, DOUBLE, "yours", [0.0, 0.0, 0.0, 0.4, 0.4, 0.8], "before_the_transfer"),
        (double, DOUBLE, "yours", [0.0, 0.0, 0.4, 0.4, 0.8, 1.0], "wrong_numbers"),
    ],
)
def test_a_slip_is_named_and_costs_its_own_part(task, right, part, answer, mistake):
    result = judged(task, {**right, part: answer})

    assert mistakes(result) == {part: mistake}
    assert 0 < result.points < 1
