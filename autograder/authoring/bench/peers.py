"""The same submissions graded by other graders, which execute the notebooks without a sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from autograder.authoring.bench.environments import made
from autograder.authoring.bench.measurements import Measured
from autograder.course import Course, CourseError
from autograder.grading.hand_ins import submissions
from autograder.results import short_name
from autograder.units import Unit

#: nbgrader's settings as they come, but for the time that a cell may take: trainings take longer.
_NBGRADER = 'c = get_config()\nc.CourseDirectory.course_id = "bench"\nc.Execute.timeout = 1200\n'
#: Otter asks this of each submission, once the notebook has been executed with its own checks.
_OTTER_TEST = """OK_FORMAT = True
test = {{
    "name": "{name}",
    "points": 1,
    "suites": [{{"type": "doctest", "cases": [{{"code": ">>> check is not None\\nTrue"}}]}}],
}}
"""


def nbgrader(course: Course, graded: Course, unit: Unit, cores: int) -> Measured:
    """`nbgrader autograde` and `generate_feedback` in a course with plain settings.

    course: has the unit's source. graded: the class. seconds: both, by the clock.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "nbgrader_config.py").write_text(_NBGRADER)
        source = course.source(unit.assignment).with_suffix(".ipynb")
        (root / "source" / unit.assignment).mkdir(parents=True)
        shutil.copyfile(source, root / "source" / unit.assignment / source.name)
        shutil.copytree(graded.root / "submitted", root / "submitted")
        command = [sys.executable, "-m", "nbgrader"]
        _run([*command, "generate_assignment", unit.assignment], root, cores)
        seconds = {
            step: _run([*command, step, unit.assignment], root, cores)
            for step in ("autograde", "generate_feedback")
        }
        pages = len(list((root / "feedback").rglob("*.html")))
    return {"seconds": sum(seconds.values()), "pages": pages, **seconds}


def otter(course: Course, graded: Course, unit: Unit, cores: int) -> Measured:
    """`otter run`, which needs no container, once for each submission."""
    program = made(course, ".venv-otter", "otter.txt", beside_ours=True).with_name("otter")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "questions").mkdir()
        for task, _ in unit.task_points:
            name = short_name(task)
            (root / "questions" / f"{name}.py").write_text(_OTTER_TEST.format(name=name))
        generate = ["generate", "-t", "questions", "--no-requirements", "--no-environment"]
        _run([str(program), *generate, "-o", "autograder.zip"], root, cores)
        seconds = 0.0
        for hand_in in submissions(graded, unit):
            assert hand_in.notebook is not None
            notebook = str(shutil.copy(hand_in.notebook, root))
            seconds += _run([str(program), "run", notebook], root, cores)
            _require_executed(root / "results.json")
    return {"seconds": seconds}


def _require_executed(results: Path) -> None:
    """Make sure that Otter has run the notebook: its tests find what the first cells define."""
    tests = json.loads(results.read_text(encoding="utf-8"))["tests"]
    if any(test.get("score", 1) != test.get("max_score", 1) for test in tests):
        raise CourseError("otter-grader did not execute a notebook as it should.")


def _run(command: list[str], folder: Path, cores: int) -> float:
    """Run a command on so many cores; the seconds that it took, by the clock.

    Raises CourseError if it fails.
    """
    usable = sorted(os.sched_getaffinity(0))[:cores]
    started = time.monotonic()
    done = subprocess.run(
        ["taskset", "--cpu-list", ",".join(map(str, usable)), *command],
        cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise CourseError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return time.monotonic() - started


def _environment() -> Mapping[str, str]:
    """As a shell in the course's virtual environment has it: notebooks find their kernel."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
