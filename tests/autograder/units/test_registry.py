import subprocess
import sys

import pytest

from autograder.authoring.build import units_with_source
from autograder.course import Course, CourseError
from autograder.units import unit_named


def test_a_unit_is_known_by_its_name_and_by_its_assignment():
    assert unit_named("policy_network") is unit_named("2_policy_network") or (
        unit_named("policy_network") == unit_named("2_policy_network")
    )
    assert unit_named("policy_network").assignment == "2_policy_network"


@pytest.mark.parametrize("name", ("policy", "3_policy_network", "", "../policy_network"))
def test_an_unknown_unit_is_answered_with_those_there_are(name):
    with pytest.raises(CourseError, match="policy_network, actor_critic"):
        unit_named(name)


@pytest.mark.parametrize("unit", units_with_source(Course.find()), ids=lambda unit: unit.name)
def test_points_are_those_of_tasks_and_agent(unit):
    agent = 0 if unit.agent is None else unit.agent.points
    assert unit.max_points == sum(task.points for task in unit.tasks) + agent > 0
    assert len({name for name, _ in unit.task_points}) == len(unit.task_points)


@pytest.mark.parametrize("unit", units_with_source(Course.find()), ids=lambda unit: unit.name)
def test_the_grader_itself_needs_no_deep_learning_library(unit):
    script = (
        f"import sys; from autograder.units import unit_named; unit_named({unit.name!r});"
        "import autograder.grading.submission, helpers;"
        "assert not {'torch', 'tensorflow', 'keras'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
