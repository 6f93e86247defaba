"""A class with every status: the same records alone, side by side, kept, resumed, on a cluster."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.cluster.connection import Cluster
from autograder.course import Course
from autograder.grading.batch import Cohort, GradedSubmission, grade_cohort
from autograder.grading.hand_ins import HandIn, submissions
from autograder.grading.records import encode_result
from autograder.grading.submission import GradingOptions
from autograder.processes.pool import Pool
from autograder.results import Status
from tests.autograder.cluster.dask_cluster import REPOSITORY, DaskCluster
from tests.autograder.grading import faulty_grader
from tests.autograder.grading.test_kill import UNIT, hand_in, make_class

BROKEN = {
    "timeout": "while True:\n    pass",
    "memory": "import os, time\nfor n in range(2):\n    os.fork()\nx = b'x' * (120 << 20)\n"
    "time.sleep(9)",
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
    hand_in(course, "agent not graded", {first: faulty_grader.NO_AGENT})
    hand_in(course, "grader error", {first: faulty_grader.FAULT})
    hand_in(course, "linked", {}).rename(tmp_path / "elsewhere.ipynb")
    link = course.root / "submitted" / "linked" / UNIT.assignment / f"{UNIT.name}.ipynb"
    link.symlink_to(tmp_path / "elsewhere.ipynb")
    (course.root / "submitted" / "missing").mkdir()
    for place, name, changed in faulty_grader.changes():
        monkeypatch.setattr(place, name, changed)
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


#: Python runs this at its start, in the worker and in its judge.
WORKERS_START = """
from tests.autograder.grading import faulty_grader
for place, name, changed in faulty_grader.changes():
    setattr(place, name, changed)
"""


def test_the_records_are_the_same_on_a_cluster(
    classroom: Course, dask_cluster: DaskCluster, tmp_path: Path
) -> None:
    serial = graded_in(classroom, Pool(2))
    forget(classroom)
    start = tmp_path / "start"
    start.mkdir()
    (start / "sitecustomize.py").write_text(WORKERS_START)
    for _ in range(2):
        dask_cluster.start_worker(environment={"PYTHONPATH": f"{start}:{REPOSITORY}"})

    with Cluster(dask_cluster.address, [UNIT]) as cluster:
        graded = graded_in(classroom, Pool(2, cluster))

    assert {name: one.result.status for name, one in graded.items()} == {
        name: one.result.status for name, one in serial.items()
    }
    assert set(Status) == {one.result.status for one in serial.values()}
    assert records(graded) == records(serial)
