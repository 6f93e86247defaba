"""What all tests share: one thread a process, and the course that they are about."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

import pytest

from autograder.sandbox.threads import compute_on_one_thread

# Before NumPy, PyTorch or TensorFlow are imported, here and in the processes that tests start.
compute_on_one_thread()

from autograder.course import Course  # noqa: E402
from autograder.gradebook.command_path import put_scripts_on_path  # noqa: E402
from autograder.grading.records import as_json  # noqa: E402
from autograder.grading.submission import GradingOptions  # noqa: E402
from autograder.results import Result  # noqa: E402
from autograder.units import Unit  # noqa: E402
from autograder.worker.frameworks import allow_both_in_one_process  # noqa: E402

put_scripts_on_path()
allow_both_in_one_process()

# TensorFlow logs through absl, whose handler closes its stream when logging is configured anew,
# as nbgrader does. Imported in a test, that stream would be pytest's capture: give it another.
with suppress(ImportError):
    from absl import logging

    logging.get_absl_handler().python_handler.stream = sys.__stderr__


def pytest_addoption(parser: pytest.Parser) -> None:
    help = "append what odd and hostile submissions earn to FILE, for `autograder compare`"
    parser.addoption("--record", metavar="FILE", type=Path, help=help)
    help = "append what hostile classes earn and cost to FILE, for `autograder proof`"
    parser.addoption("--hostile", metavar="FILE", type=Path, help=help)
    help = "write the pictures of docs/term.md into FOLDER, for the tests in tests/browser"
    parser.addoption("--pictures", metavar="FOLDER", type=Path, help=help)


@pytest.fixture(scope="session", autouse=True)
def own_profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Kernels keep what they remember in a profile of these tests, not in the developer's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        yield


@pytest.fixture
def record_grading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Record each submission that the test's module grades, if `--record` asks for it."""
    file: Path | None = request.config.getoption("--record")
    if file is None:
        return
    original, kind = request.module.grade_file, request.path.parent.name
    one_line_at_a_time = Lock()

    def grade_file(path: Path, unit: Unit, course: Course, options: GradingOptions) -> Result:
        result = original(path, unit, course, options)
        key = f"{unit.name}/{kind}/{path.parent.parent.name}"
        with one_line_at_a_time, file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps([key, as_json(result)]) + "\n")
        return result

    monkeypatch.setattr(request.module, "grade_file", grade_file)


@pytest.fixture(scope="session")
def course() -> Course:
    """The course in this repository. Tests read it; what they write goes to `tmp_path`."""
    return Course(Path(__file__).resolve().parent.parent)
