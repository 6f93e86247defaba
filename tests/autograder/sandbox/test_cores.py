"""A grader and its worker on one core; as many pairs as there are cores."""

import os
import subprocess
import sys

import pytest

from autograder.sandbox.cpu_pinning import one_core

CORES = os.sched_getaffinity(0)


def test_inside_this_thread_and_its_children_stay_on_one_core_and_afterwards_on_all():
    with one_core() as core:
        if core is None:
            pytest.skip("graders keep all cores")
        command = [sys.executable, "-c", "import os; print(*os.sched_getaffinity(0))"]

        assert os.sched_getaffinity(0) == {core}
        assert subprocess.check_output(command, text=True).split() == [str(core)]
    assert os.sched_getaffinity(0) == CORES


def test_no_core_is_kept_twice(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1_000, 1_001})  # nobody else's
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: None)
    with one_core() as first, one_core() as second, one_core() as third:
        assert (first, second, third) == (1_000, 1_001, None)
    with one_core() as again:
        assert again == 1_000


def test_where_the_system_pins_nothing_nothing_happens(monkeypatch):
    monkeypatch.delattr(os, "sched_setaffinity")
    with one_core() as core:
        assert core is None
