"""A grader and its worker on one core; as many pairs as there are cores."""

import os
import subprocess
import sys

import pytest

from autograder.sandbox import cpu_pinning
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


@pytest.mark.parametrize(
    ("files", "keeps"),
    [
        (["100000 100000"], False),
        (["max 100000"], True),
        (["200000 100000"], True),
        (["150000", "100000"], False),
        (["-1", "100000"], True),
    ],
)
def test_a_container_with_a_share_of_the_cores_keeps_none(files, keeps, monkeypatch, tmp_path):
    """Other containers keep cores, too, and are not seen."""
    paths = [tmp_path / str(number) for number, _ in enumerate(files)]
    for path, text in zip(paths, files, strict=True):
        path.write_text(text)
    monkeypatch.setattr(cpu_pinning, "QUOTAS", (("/no such file",), paths))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1_000, 1_001})
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: None)

    with one_core() as core:
        assert (core is not None) == keeps


def test_where_the_system_pins_nothing_nothing_happens(monkeypatch):
    monkeypatch.delattr(os, "sched_setaffinity")
    with one_core() as core:
        assert core is None
