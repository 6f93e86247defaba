"""What all tests share: one thread a process, and the course that they are about."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import pytest

from autograder.sandbox.threads import compute_on_one_thread

# Before NumPy, PyTorch or TensorFlow are imported, here and in the processes that tests start.
compute_on_one_thread()

from autograder.course import Course  # noqa: E402
from autograder.gradebook.command_path import put_scripts_on_path  # noqa: E402
from autograder.worker.frameworks import allow_both_in_one_process  # noqa: E402

put_scripts_on_path()
allow_both_in_one_process()

# TensorFlow logs through absl, whose handler closes its stream when logging is configured anew,
# as nbgrader does. Imported in a test, that stream would be pytest's capture: give it another.
with suppress(ImportError):
    from absl import logging

    logging.get_absl_handler().python_handler.stream = sys.__stderr__


@pytest.fixture(scope="session")
def course() -> Course:
    """The course in this repository. Tests read it; what they write goes to `tmp_path`."""
    return Course(Path(__file__).resolve().parent.parent)
