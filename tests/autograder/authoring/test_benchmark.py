"""What the sandbox costs is measured on real gradings: alone, in a class, and without it."""

import re

from autograder.authoring.benchmark import sandbox_cost
from autograder.units import unit_named


def test_each_unit_is_graded_alone_in_a_class_and_without_a_sandbox(course, capsys):
    sandbox_cost(course, [unit_named("meet_cartpole")], rounds=1)

    lines = capsys.readouterr().out.splitlines()
    (row,) = (line for line in lines if "meet_cartpole" in line)
    alone, in_a_class, without = map(float, re.findall(r"\d+\.\d", row))
    added = [int(percent) for percent in re.findall(r"([+-]\d+)%", row)]
    assert alone > without > 0  # a second interpreter
    assert alone > in_a_class > 0  # the grader's imports are paid for
    assert added[0] > max(0, added[1])
