"""The time of a class with other numbers of workers follows from the measured times."""

import pytest

from autograder.authoring.bench.schedule import ClassTimes, makespan


def test_each_goes_to_the_worker_who_is_free_first():
    assert makespan([3, 1, 1, 1], 1) == 6
    assert makespan([3, 1, 1, 1], 2) == 3
    assert makespan([1, 1, 1, 3], 2) == 4  # the long one came last
    assert makespan([2, 1], 8) == 2


def test_what_only_the_main_process_can_do_limits_the_speed_up():
    times = ClassTimes(judging=(1.0,) * 64, showing=(0.0,) * 64, alone=1.0)
    assert times.seconds(1) == 65
    assert times.speed_up(64) == pytest.approx(65 / 2)


def test_a_larger_class_has_the_same_distribution_of_times():
    times = ClassTimes(judging=(1.0, 3.0), showing=(0.5, 0.5), alone=0.1).repeated(10)
    assert len(times.judging) == 20
    assert times.seconds(1) == pytest.approx(51)
