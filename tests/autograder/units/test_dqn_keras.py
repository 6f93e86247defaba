"""The checks of dqn_keras: each passes the reference and catches a typical mistake.

Keras compiles each network anew, for seconds, so `make validate` and `make mutation` run these.
"""

import pytest

from autograder.authoring.edits import Edit
from autograder.course import Course
from autograder.units import unit_named
from tests.autograder.task_tools import judge_edited, mistakes, one_mistake_for_each_check

COURSE = Course.find()
UNIT = unit_named("dqn_keras")

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


@pytest.mark.parametrize("grown", ["w + 0.01", "1.01 * w"])
def test_weights_that_move_by_anything_but_a_batch_earn_nothing(grown):
    edit = Edit(
        "update",
        "        learn(self.net, observation, action, targets)\n",
        "        self.net.set_weights([" + grown + " for w in self.net.get_weights()])\n",
    )
    result = judge_edited(UNIT, COURSE, "dqn_keras/update", [edit])

    assert mistakes(result) == {"learns_from_its_memory": "wrong_gradient"}
    assert result.points == 0
