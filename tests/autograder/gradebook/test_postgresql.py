"""A gradebook on a real PostgreSQL server: two graders at once, kill -9, a server that fails."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.course import Course
from autograder.units import Unit, unit_named
from tests.autograder.gradebook.postgresql_server import Server, programs
from tests.autograder.gradebook_tools import (
    REPOSITORY,
    hand_in,
    keep,
    make_course,
    make_result,
    released_notebook,
)

pytest.importorskip("psycopg", reason="the driver is missing: pip install 'psycopg[binary]'")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(programs() is None, reason="PostgreSQL is missing: apt install postgresql"),
]
UNITS = (unit_named("policy_network"), unit_named("dqn"))
CLASS = {"anna": 0.0, "bert": 0.25, "carl": 0.5, "dora": 1.0}
KILLS = 3


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.remove()


@pytest.fixture
def classroom(tmp_path: Path, server: Server, request: pytest.FixtureRequest) -> Course:
    """Two units, handed in by the same class; their gradebook is an empty database."""
    course = make_course(tmp_path, UNITS[0])
    second = course.released(UNITS[1].assignment)
    second.parent.mkdir(parents=True)
    nbformat.write(released_notebook(UNITS[1]), second)
    (course.root / "gradebook.db").unlink()
    for unit in UNITS:
        for student, share in CLASS.items():
            path = hand_in(course, unit, student, {"forward": f"# {student}"})
            keep(course, unit, path, make_result(unit, share))
    name = f"course{abs(hash(request.node.name))}"
    with (course.root / "nbgrader_config.py").open("a") as file:
        file.write(f"\nc.CourseDirectory.db_url = {server.database(name)!r}\n")
    return course


def url(classroom: Course) -> str:
    last = (classroom.root / "nbgrader_config.py").read_text().strip().splitlines()[-1]
    return last.split("=", 1)[1].strip().strip("'")


def start(classroom: Course, unit: Unit) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "autograder.cli", "grade", unit.name]
    return subprocess.Popen(
        command, cwd=classroom.root, env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, error = process.communicate(timeout=900)
    return process.returncode, out + error


def marks(classroom: Course, unit: Unit) -> dict[str, float]:
    """Every submission in the gradebook; nobody stands there twice."""
    with Gradebook(url(classroom), "reinforcement-learning") as gradebook:
        found = gradebook.assignment_submissions(unit.assignment)
        assert len({one.student.id for one in found}) == len(found)
        return {one.student.id: one.score for one in found}


def expected(unit: Unit) -> dict[str, float]:
    return {student: unit.max_points * share for student, share in CLASS.items()}


def test_two_instructors_grade_two_units_at_once(classroom: Course) -> None:
    both = [start(classroom, unit) for unit in UNITS]

    assert [ended(process)[0] for process in both] == [0, 0]

    for unit in UNITS:
        assert marks(classroom, unit) == pytest.approx(expected(unit))


def test_kill_9_at_any_moment_loses_and_doubles_nothing(classroom: Course) -> None:
    unit = UNITS[0]
    begun = time.monotonic()
    assert ended(start(classroom, unit))[0] == 0
    whole = time.monotonic() - begun
    with Gradebook(url(classroom), "reinforcement-learning") as gradebook:
        grade = gradebook.find_grade("question-why", unit.name, unit.assignment, "dora")
        grade.manual_score = 1.5
        gradebook.db.commit()
    chance = random.Random(3)
    for _ in range(KILLS):
        shutil.rmtree(classroom.root / "autograded", ignore_errors=True)  # all is written again
        process = start(classroom, unit)
        time.sleep(chance.uniform(0.2, 0.9) * whole)
        process.kill()
        process.communicate()

    status, said = ended(start(classroom, unit))

    assert status == 0, said
    wanted = expected(unit)
    wanted["dora"] += 1.5
    assert marks(classroom, unit) == pytest.approx(wanted)


def test_a_server_that_fails_in_mid_run_is_one_clear_line_and_nothing_is_lost(
    classroom: Course, server: Server
) -> None:
    unit = UNITS[0]
    assert ended(start(classroom, unit))[0] == 0
    shutil.rmtree(classroom.root / "autograded")
    process = start(classroom, unit)
    folder = classroom.root / "autograded"
    while process.poll() is None and len(list(folder.glob("*"))) < 2:
        time.sleep(0.05)
    server.fail()
    try:
        status, said = ended(process)
    finally:
        server.start()

    assert status == 2
    assert "cannot be written" in said and "Traceback" not in said
    assert ended(start(classroom, unit))[0] == 0
    assert marks(classroom, unit) == pytest.approx(expected(unit))
