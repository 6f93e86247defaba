"""Cases run in worker processes, and whoever stops early leaves no worker behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from autograder.authoring.parallel import in_parallel


def square(number: int) -> int:
    return number * number


def fail(number: int) -> int:
    raise ValueError(number)


def sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def sleep_on(seconds: float) -> float:
    """Sleep, whatever happens: students' code may catch the exception of a signal, too."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        with suppress(SystemExit):
            time.sleep(left)
    return seconds


def no_worker_is_left() -> bool:
    """A thread of the pool may just be about to note the end of a worker."""
    deadline = time.monotonic() + 5
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not multiprocessing.active_children()


def test_every_case_has_a_result() -> None:
    assert sorted(in_parallel(square, [1, 2, 3], jobs=2)) == [1, 4, 9]


def test_results_come_as_they_are_ready() -> None:
    assert next(iter(in_parallel(sleep, [600, 0.0], jobs=2))) == 0.0
    assert no_worker_is_left()


def test_an_exception_arrives_and_ends_the_workers() -> None:
    with pytest.raises(ValueError, match="7"):
        list(in_parallel(fail, [7], jobs=1))
    assert no_worker_is_left()


SLEEPER = """
import sys
from autograder.authoring.parallel import in_parallel
from tests.autograder.authoring.test_parallel import sleep_on

if __name__ == "__main__":
    for done in in_parallel(sleep_on, [0.0, 600, 600], jobs=2):
        print("working", flush=True)
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_who_waits_for_it(tmp_path: Path, sent: signal.Signals) -> None:
    script = tmp_path / "script.py"
    script.write_text(SLEEPER, encoding="utf-8")
    root = Path(__file__).resolve().parents[3]
    process = subprocess.Popen(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "working\n"
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers

    process.send_signal(sent)

    process.wait(timeout=30)
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive
