"""The curves that a unit shows under letters: measured from edits that are never handed out."""

import json
import shutil

import pytest

from autograder.authoring.lettered_curves import SOURCE, measure_lettered_curves
from autograder.course import Course, CourseError
from autograder.units import unit_named

COURSE = Course.find()
SMALL = """
from autograder.authoring.edits import Edit
from autograder.authoring.lettered_curves import LetteredQuestion
from helpers.training import Training

QUESTION = LetteredQuestion(
    letters={"a": (), "b": (Edit("agent", "lr=3e-2", "lr=1e-5"),)},
    training=Training(episodes=16, environments=4, max_steps=500),
    seeds=2,
)
"""


def measured(root, question):
    """The file that is written for this question about policy_network."""
    folder = root / "solutions" / "2_policy_network"
    shutil.copytree(COURSE.root / "solutions" / "2_policy_network", folder)
    (folder / SOURCE).write_text(question)
    (root / "nbgrader_config.py").touch()
    (root / "helpers" / "curves").mkdir(parents=True)
    return measure_lettered_curves(Course(root), unit_named("policy_network"))


def test_each_letter_is_trained_and_written_without_what_it_stands_for(tmp_path):
    path = measured(tmp_path, SMALL)

    assert path == tmp_path / "helpers" / "curves" / "policy_network_letters.json"
    written = json.loads(path.read_text())
    assert sorted(written["curves"]) == ["a", "b"]
    assert 20 < written["random_score"] < 25
    assert len(written["grid"]) == len(written["curves"]["a"]["middle"])
    assert "lr" not in path.read_text()


def test_a_question_may_be_about_another_environment(tmp_path):
    elsewhere = SMALL.replace("seeds=2,", "seeds=2, environment='helpers/NoOpCartPole-v0',")
    ordinary, longer_pole = (
        json.loads(measured(tmp_path / folder, question).read_text())
        for folder, question in (("ordinary", SMALL), ("longer", elsewhere))
    )

    assert longer_pole["random_score"] != ordinary["random_score"]
    assert longer_pole["curves"]["b"] != ordinary["curves"]["b"]


def test_a_unit_that_asks_nothing_about_curves_is_told_so(tmp_path):
    with pytest.raises(CourseError, match="policy_network asks nothing about lettered curves"):
        measure_lettered_curves(Course(tmp_path), unit_named("policy_network"))
