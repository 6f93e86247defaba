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


def test_each_letter_is_trained_and_written_without_what_it_stands_for(tmp_path):
    folder = tmp_path / "solutions" / "2_policy_network"
    shutil.copytree(COURSE.root / "solutions" / "2_policy_network", folder)
    (folder / SOURCE).write_text(SMALL)
    (tmp_path / "nbgrader_config.py").touch()
    (tmp_path / "helpers" / "curves").mkdir(parents=True)

    path = measure_lettered_curves(Course(tmp_path), unit_named("policy_network"))

    assert path == tmp_path / "helpers" / "curves" / "policy_network_letters.json"
    written = json.loads(path.read_text())
    assert sorted(written["curves"]) == ["a", "b"]
    assert 20 < written["random_score"] < 25
    assert len(written["grid"]) == len(written["curves"]["a"]["middle"])
    assert "lr" not in path.read_text()


def test_a_unit_that_asks_nothing_about_curves_is_told_so(tmp_path):
    with pytest.raises(CourseError, match="policy_network asks nothing about lettered curves"):
        measure_lettered_curves(Course(tmp_path), unit_named("policy_network"))
