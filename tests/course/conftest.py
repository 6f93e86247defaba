"""A course of one tiny unit, to build in peace."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.checks.task import Task
from autograder.course import MARKER, Course
from autograder.units import Unit

SOURCE = '''\
# %% [markdown]
# # A tiny unit
# Nothing but doubling.

# %%
import math

# %% [markdown]
# **Exercise.** Double a number (about 5 minutes).
#
# <details><summary>Hint</summary>Add it to itself.</details>

# %% nbgrader={"grade_id": "double", "solution": true}
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return x + x  # what nobody shall see
    ### END SOLUTION

# %% nbgrader={"grade_id": "check-double", "grade": true}
check("policy_network/double", double)

# %% [markdown]
# Why twice? (2 minutes)

# %% [markdown] nbgrader={"grade_id": "question-why", "grade": true, "solution": true, "points": 2}
# Because it is the secret of doubling.
'''


@pytest.fixture
def unit() -> Unit:
    """A unit with one task of three points."""
    task = Task("policy_network/double", requires=("double",))

    @task.check("of integers", points=3)
    def of_integers(student: object, random: object) -> None:
        raise AssertionError("building a course asks nothing")

    return Unit("policy_network", "2_policy_network", None, (task,))


@pytest.fixture
def tiny(tmp_path: Path, course: Course, unit: Unit) -> Course:
    """A course whose only unit is the one above, with the real nbgrader configuration."""
    shutil.copy(course.root / MARKER, tmp_path)
    source = Course(tmp_path).source(unit.assignment)
    source.parent.mkdir(parents=True)
    source.write_text(SOURCE, encoding="utf-8")
    return Course(tmp_path)
