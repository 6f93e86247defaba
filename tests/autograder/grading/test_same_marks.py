"""A class with every status: the same records one after another, side by side, resumed, kept."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course
from autograder.grading import judging, session, submission
from autograder.grading.batch import Cohort, GradedSubmission, grade_cohort
from autograder.grading.hand_ins import HandIn, submissions
from autograder.grading.records import encode_result
from autograder.grading.submission import GradingOptions
from autograder.processes.pool import Pool
from autograder.results import Result, Status
from autograder.sandbox.limits import MEBIBYTE, Limits
from tests.autograder.grading.test_kill import UNIT, hand_in, make_class

BROKEN = {
    "timeout": "while True:\n    pass",
    "memory": "import os\nfor n in range(4):\n    os.fork()\nx = bytearray(b'x' * (90 << 20))\n"
    "import time\ntime.sleep(9)",
    "crashed": "import os\nos._exit(7)",
    "protocol": "import os\nos.write(4, b'unasked' * 9)",
    "too much output": "import os\nwhile True:\n    os.write(1, b'x' * 1000)",
}


@pytest.fixture
def classroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A class in which each way to end is somebody's; some of the limits are made low for it."""
    course = make_class(tmp_path / "class")
    first = min(task.name.split("/")[1] for task in UNIT.tasks)
    for status, code in BROKEN.items():
        hand_in(course, status, {first: code})
    hand_in(course, "agent not graded", {first: "# Anybody"})
    hand_in(course, "grader error", {first: "# Nobody"})
    (course.root / "submitted" / "missing").mkdir()
    monkeypatch.setattr(session, "CELL_SECONDS", 1.0)
    monkeypatch.setattr(session, "Limits", partial(Limits, memory_bytes=300 * MEBIBYTE))
    honest = submission.grade_file

    def faulty(path: Path, *others: Any) -> Result:
        name = path.parent.parent.name
        if name == "grader error":
            raise ZeroDivisionError("a fault of the grader's own")
        result = honest(path, *others)
        if name == "agent not graded":
            result = Result(result.unit, Status.AGENT_ERROR, result.tasks)
        return result

    monkeypatch.setattr(judging, "grade_file", faulty)
    return course


def records(graded: dict[str, GradedSubmission]) -> dict[str, bytes]:
    return {name: encode_result(one.result.without_timing()) for name, one in graded.items()}


def graded_in(course: Course, pool: Pool) -> dict[str, GradedSubmission]:
    return grade_cohort(submissions(course, UNIT), UNIT, course, GradingOptions(), pool)


def forget(course: Course) -> None:
    shutil.rmtree(course.results)
    shutil.rmtree(course.root / ".autograder" / "files")


def test_the_records_are_the_same_however_the_class_is_graded(classroom: Course) -> None:
    alone = graded_in(classroom, Pool(1))
    assert {one.result.status for one in alone.values()} == set(Status)
    expected = records(alone)

    assert records(graded_in(classroom, Pool(1))) == expected, "kept"

    forget(classroom)
    assert records(graded_in(classroom, Pool(4))) == expected, "side by side"

    forget(classroom)
    interrupted: list[str] = []

    def stop_at_the_fifth(hand_in: HandIn, graded: GradedSubmission) -> None:
        interrupted.append(hand_in.student)
        if len(interrupted) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Pool(2) as pool:
        cohort = Cohort(UNIT, classroom, GradingOptions(), pool, stop_at_the_fifth)
        cohort.add(submissions(classroom, UNIT))
        pool.run()
    assert records(graded_in(classroom, Pool(2))) == expected, "resumed"
