"""A piece of work in its own process: its bytes come back, its faults do not."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from autograder.processes.allowance import MEBIBYTE, Allowance
from autograder.processes.confined import Confined, End, Report, run_confined
from tests.living import is_alive

ENOUGH = Allowance(memory_bytes=200 * MEBIBYTE, processor_seconds=20.0, wall_seconds=60.0)
LITTLE_TIME = Allowance(memory_bytes=200 * MEBIBYTE, processor_seconds=1.0, wall_seconds=60.0)
SHORT = Allowance(memory_bytes=200 * MEBIBYTE, processor_seconds=20.0, wall_seconds=0.3)


def test_the_result_comes_back_however_large_it_is() -> None:
    content = bytes(range(256)) * 20_000

    outcome = run_confined(lambda report: content, ENOUGH)

    assert (outcome.end, outcome.value) == (End.DONE, content)


def test_nothing_that_it_changes_is_changed_here() -> None:
    here = [1]

    assert run_confined(lambda report: bytes(here.pop()), ENOUGH).end is End.DONE

    assert here == [1]


def test_what_it_raises_is_told_in_one_line() -> None:
    def fail(report: Report) -> bytes:
        raise KeyError("no such thing")

    outcome = run_confined(fail, ENOUGH)

    assert outcome.end is End.FAILED
    assert outcome.detail.startswith("KeyError: 'no such thing', test_confined.py:")


def test_memory_beyond_its_allowance_ends_it() -> None:
    outcome = run_confined(lambda report: np.ones((300, MEBIBYTE), np.uint8).tobytes(), ENOUGH)

    assert outcome.end is End.OUT_OF_MEMORY


def test_memory_within_its_allowance_is_there_whatever_the_parent_has() -> None:
    ballast = np.ones((300, MEBIBYTE), np.uint8)

    outcome = run_confined(
        lambda report: str(np.ones(100 * MEBIBYTE, np.uint8).sum()).encode(), ENOUGH
    )

    assert outcome.value == b"104857600"
    assert ballast.size


def forever(report: Report) -> bytes:
    while True:
        pass


def asleep(report: Report) -> bytes:
    time.sleep(60)
    return b""


@pytest.mark.parametrize(("work", "allowance"), ((forever, LITTLE_TIME), (asleep, SHORT)))
def test_time_beyond_its_allowance_ends_it(
    work: Callable[[Report], bytes], allowance: Allowance
) -> None:
    assert run_confined(work, allowance).end is End.OUT_OF_TIME


@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGSEGV))
def test_a_process_that_dies_is_told_from_one_that_is_done(number: signal.Signals) -> None:
    def die(report: Report) -> bytes:
        os.kill(os.getpid(), number)
        return b""

    outcome = run_confined(die, ENOUGH)

    assert (outcome.end, outcome.detail) == (
        End.KILLED,
        f"its process ended with signal {number.value}",
    )


def test_what_was_reported_before_the_end_is_kept() -> None:
    def report_and_die(report: Report) -> bytes:
        report(b"first")
        report(b"second")
        os._exit(3)

    outcome = run_confined(report_and_die, ENOUGH)

    assert (outcome.end, outcome.value) == (End.KILLED, b"second")
    assert outcome.detail == "its process ended with exit status 3"


def test_what_it_prints_does_not_reach_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    def shout(report: Report) -> bytes:
        print("hello")
        os.write(1, b"hello")
        os.write(2, b"hello")
        return b""

    run_confined(shout, ENOUGH)

    assert capfd.readouterr() == ("", "")


def test_a_child_of_its_own_has_the_machines_limits() -> None:
    """A sandbox has limits of its own, which may be higher than the judge's."""

    def ask(report: Report) -> bytes:
        command = "import resource as r; r.setrlimit(r.RLIMIT_DATA, (1 << 33, 1 << 33)); print(1)"
        return subprocess.run([sys.executable, "-c", command], capture_output=True).stdout

    assert run_confined(ask, ENOUGH).value == b"1\n"


def test_it_ends_with_its_parent() -> None:
    program = (
        "import time\n"
        "from autograder.processes.confined import Confined\n"
        "from autograder.processes.allowance import Allowance\n"
        "process = Confined.start(lambda report: time.sleep(60), Allowance(1 << 28, 9, 99))\n"
        "print(process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert is_alive(child)

    parent.kill()
    parent.wait()

    ended = time.monotonic() + 5
    while is_alive(child) and time.monotonic() < ended:
        time.sleep(0.02)
    assert not is_alive(child)


def test_no_core_is_dumped_and_garbage_is_still_collected_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    run_confined(lambda report: os.abort(), ENOUGH)

    assert list(tmp_path.iterdir()) == []
    assert gc.get_freeze_count() == 0


def test_killed_it_is_gone() -> None:
    process = Confined.start(asleep, ENOUGH)
    process.kill()

    assert process.outcome().end is End.KILLED
    assert not psutil.pid_exists(process.pid)
