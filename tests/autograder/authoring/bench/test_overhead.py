"""What the sandbox costs is measured on real gradings: alone, in a class, and without it."""

import re

import pytest

from autograder.authoring.bench.measurements import Measurements
from autograder.authoring.bench.overhead import Costs, TimedStudent, compare_costs
from autograder.units import unit_named


def test_each_unit_is_graded_alone_in_a_class_and_without_a_sandbox(course, tmp_path, capsys):
    kept = Measurements(tmp_path / "bench.json")
    compare_costs(course, [unit_named("meet_cartpole")], 1, kept)

    lines = capsys.readouterr().out.splitlines()
    (row,) = (line for line in lines if "meet_cartpole" in line)
    alone, in_a_class, without, own = map(float, re.findall(r"\d+\.\d\d", row))
    assert alone > without > own > 0  # a second interpreter; the questions
    assert alone > in_a_class > 0  # the grader's imports are paid for


def test_what_is_not_the_students_own_computation_is_overhead():
    assert Costs(alone=3.0, in_a_class=2.0, without=1.8, own=1.5).overhead == 0.25


def test_only_the_students_own_code_counts_as_theirs(monkeypatch):
    clock = iter((0.0, 2.0, 10.0, 13.0))
    monkeypatch.setattr("time.process_time", lambda: next(clock))
    student = TimedStudent({}, None)
    student.namespace = {"twice": lambda x: 2 * x, "outer": lambda: student.call("twice", 1)}

    assert student.call("twice", 4) == 8
    assert student.call("outer") == 2  # what it calls in turn is counted once

    assert student.seconds == pytest.approx(5.0)
