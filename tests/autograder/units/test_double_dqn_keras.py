"""The checks of double_dqn_keras: each passes the reference and catches a typical mistake.

Keras compiles each network anew, for seconds, so `make validate` and `make mutation` run these.
"""

import pytest

from autograder.authoring.edits import Edit
from autograder.course import Course
from autograder.units import unit_named
from tests.autograder.task_tools import judge_edited, mistakes, one_mistake_for_each_check

COURSE = Course.find()
UNIT = unit_named("double_dqn_keras")

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("task", UNIT.tasks, ids=lambda task: task.name)
def test_the_reference_earns_all_points(task):
    result = judge_edited(UNIT, COURSE, task.name)

    assert (mistakes(result), result.points) == ({}, task.points)


@pytest.mark.parametrize(
    "mistake", one_mistake_for_each_check(UNIT, COURSE), ids=lambda mistake: mistake.name
)
def test_a_check_catches_its_mistake(mistake):
    result = judge_edited(UNIT, COURSE, mistake.task, mistake.edits)

    assert mistakes(result)[mistake.check] == mistake.mistake
    assert result.points < result.max_points or not UNIT.task(mistake.task).points


@pytest.mark.parametrize("grown", ["w", "w**2"])
def test_weights_that_move_by_anything_but_a_batch_earn_nothing(grown):
    edit = Edit(
        "update",
        "            loss = q_loss(self.net, observation, action, targets)\n",
        "            loss = tf.add_n([tf.reduce_sum(" + grown + ") for w in variables])\n",
    )
    result = judge_edited(UNIT, COURSE, "double_dqn_keras/update", [edit])

    assert mistakes(result) == {"a_step_moves_the_network_alone": "wrong_gradient"}
    assert result.points == 0
