"""One thread a process, whoever starts the grader and whatever the environment says."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

THREADS = "import numpy, psutil; print(psutil.Process().num_threads())"


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core has one thread anyway")
def test_the_command_computes_on_one_thread_and_other_programs_on_several():
    with_command = f"from autograder.cli import main; main(['report', 'no_such_unit']); {THREADS}"
    assert _printed(with_command) == "1"
    assert _printed(THREADS) != "1"


def _printed(program: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()[-1]
