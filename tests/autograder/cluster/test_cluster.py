"""A class judged by real Dask workers: some get lost, some are not fit; the marks are the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.cluster import connection
from autograder.cluster.connection import Cluster
from autograder.course import Course, CourseError
from autograder.grading.batch import Cohort, GradedSubmission, grade_cohort
from autograder.grading.hand_ins import HandIn, submissions
from autograder.grading.submission import GradingOptions
from autograder.processes.pool import Pool, Running
from autograder.results import Status
from tests.autograder.cluster.dask_cluster import (
    REPOSITORY,
    SECONDS_TO_START,
    DaskCluster,
    judges_below,
    kill,
    listens_at,
)
from tests.autograder.grading.test_kill import UNIT, hand_in, make_class
from tests.living import living

#: An exercise whose cell takes a while, and does nothing else.
EXERCISE = min(task.name.split("/")[1] for task in UNIT.tasks)
SLOW = {EXERCISE: "import time\ntime.sleep(6)"}


@pytest.fixture
def classroom(tmp_path: Path) -> Course:
    return make_class(tmp_path / "class")


@pytest.fixture
def slow_student(tmp_path: Path) -> Course:
    """A class of one, whose judging takes long enough to disturb it."""
    course = make_class(tmp_path / "class")
    shutil.rmtree(course.root / "submitted")
    hand_in(course, "slow", SLOW)
    return course


def marks(graded: dict[str, GradedSubmission]) -> dict[str, object]:
    return {student: one.result.without_timing() for student, one in graded.items()}


def grade(
    course: Course, pool: Pool, watch: Callable[[], None] = lambda: None
) -> dict[str, GradedSubmission]:
    """Grade the class; watch: called now and then meanwhile."""
    graded: dict[str, GradedSubmission] = {}

    def collect(hand_in: HandIn, submission: GradedSubmission) -> None:
        graded[hand_in.student] = submission

    with pool:
        cohort = Cohort(UNIT, course, GradingOptions(), pool, collect)
        cohort.add(submissions(course, UNIT))
        pool.run(watch=watch)
        cohort.close()
    return dict(sorted(graded.items()))


def graded_here(course: Course) -> dict[str, GradedSubmission]:
    """The same class, graded on this machine as if for the first time."""
    shutil.rmtree(course.root / ".autograder" / "results", ignore_errors=True)
    return grade_cohort(submissions(course, UNIT), UNIT, course, GradingOptions(), Pool(2))


def busy_with(student: str, running: list[Running]) -> str:
    """The address of the worker that judges this student's work; empty if none does yet."""
    before = f"judging {student} on "
    return next((one.name.removeprefix(before) for one in running if before in one.name), "")


def until(holds: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.1)
    return holds()


def test_a_lost_workers_submissions_are_judged_elsewhere(
    classroom: Course, dask_cluster: DaskCluster
) -> None:
    hand_in(classroom, "slow", SLOW)
    workers = [dask_cluster.start_worker() for _ in range(2)]
    killed: list[int] = []

    with Cluster(dask_cluster.address, [UNIT]) as cluster:
        pool = Pool(2, cluster)

        def kill_the_slow_ones_worker() -> None:
            address = busy_with("slow", pool.running)
            if address and not killed:
                (worker,) = (one for one in workers if listens_at(address, one))
                judges = judges_below(worker)
                kill(worker)
                killed.append(worker.pid)
                assert judges
                assert until(lambda: not living(judges))

        graded = grade(classroom, pool, kill_the_slow_ones_worker)

    assert killed
    assert graded["slow"].result.status is Status.OK
    assert marks(graded) == marks(graded_here(classroom))


@pytest.mark.slow
def test_what_four_workers_were_lost_with_is_a_grader_error(
    slow_student: Course, dask_cluster: DaskCluster
) -> None:
    workers = [dask_cluster.start_worker()]
    killed: list[int] = []

    with Cluster(dask_cluster.address, [UNIT]) as cluster:
        pool = Pool(2, cluster)

        def kill_every_worker() -> None:
            address = busy_with("slow", pool.running)
            if workers[-1].pid not in killed and address and listens_at(address, workers[-1]):
                kill(workers[-1])
                killed.append(workers[-1].pid)
                workers.append(dask_cluster.start_worker())

        graded = grade(slow_student, pool, kill_every_worker)

    assert len(killed) == 4
    assert graded["slow"].result.status is Status.GRADER_ERROR
    assert "4 workers" in (graded["slow"].result.message or "")
    assert marks(graded_here(slow_student))["slow"].status is Status.OK


def without_a_sandbox(folder: Path) -> dict[str, str]:
    """An environment in which bubblewrap may make no namespaces, as on a new Ubuntu."""
    folder.mkdir()
    bwrap = folder / "bwrap"
    bwrap.write_text(
        "#!/bin/sh\n"
        '[ "$1" = --version ] && echo bubblewrap 0.9.0 && exit\n'
        "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1\n"
    )
    bwrap.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def with_another_grader(folder: Path) -> dict[str, str]:
    """An environment with a copy of the grader in which one check is written differently."""
    folder.mkdir()
    for package in ("autograder", "helpers"):
        shutil.copytree(REPOSITORY / package, folder / package)
    with (folder / "autograder" / "checks" / "judge.py").open("a") as source:
        source.write("# stricter\n")
    return {"PYTHONPATH": str(folder)}


def with_an_old_package(folder: Path) -> dict[str, str]:
    """An environment with a grader that knows no cluster."""
    folder.mkdir()
    (folder / "autograder.py").touch()
    return {"PYTHONPATH": str(folder)}


def test_workers_that_are_not_fit_are_refused_by_name_and_the_others_judge(
    classroom: Course,
    dask_cluster: DaskCluster,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    unfit = {
        "sandbox": without_a_sandbox(tmp_path / "no sandbox"),
        "another source of the grader": with_another_grader(tmp_path / "other"),
        "No module named 'autograder.cluster'": with_an_old_package(tmp_path / "old"),
    }
    for environment in ({}, *unfit.values()):
        dask_cluster.start_worker(environment=environment)
    hand_in(classroom, "slow", SLOW)
    assert until(lambda: dask_cluster.registered == 1 + len(unfit), SECONDS_TO_START)

    with Cluster(dask_cluster.address, [UNIT]) as cluster:
        graded = grade(classroom, Pool(2, cluster))

    said = capfd.readouterr().err
    assert said.count("takes no part") == len(unfit)
    for reason in unfit:
        assert "takes no part: " in said and reason in said
    assert marks(graded) == marks(graded_here(classroom))


@pytest.mark.slow
def test_a_cluster_without_a_fit_worker_is_one_clear_line(
    classroom: Course, dask_cluster: DaskCluster, tmp_path: Path
) -> None:
    dask_cluster.start_worker(environment=without_a_sandbox(tmp_path / "no sandbox"))

    with (
        pytest.raises(CourseError, match="no worker is fit to judge"),
        Cluster(dask_cluster.address, [UNIT]) as cluster,
    ):
        grade(classroom, Pool(2, cluster))


def test_a_run_that_is_stopped_ends_what_was_sent_and_goes_on_next_time(
    classroom: Course, dask_cluster: DaskCluster
) -> None:
    hand_in(classroom, "slow", SLOW)
    worker = dask_cluster.start_worker(threads=2)

    def stop() -> None:
        kept = list(classroom.results.rglob("*.json"))
        if kept and busy_with("slow", pool.running):
            raise KeyboardInterrupt

    with Cluster(dask_cluster.address, [UNIT]) as cluster:
        pool = Pool(2, cluster)
        with pytest.raises(KeyboardInterrupt):
            grade(classroom, pool, stop)
        assert until(lambda: judges_below(worker) == [], seconds=5.0)

        graded = grade(classroom, Pool(2, cluster))

    assert any(one.cached for one in graded.values())
    assert marks(graded) == marks(graded_here(classroom))
    assert until(lambda: judges_below(worker) == [], seconds=5.0)


@pytest.mark.slow
def test_a_lost_scheduler_is_one_clear_line(
    slow_student: Course, dask_cluster: DaskCluster
) -> None:
    dask_cluster.start_worker()

    def kill_the_scheduler() -> None:
        if busy_with("slow", pool.running):
            kill(dask_cluster.scheduler)

    with Cluster(dask_cluster.address, [UNIT]) as cluster:
        pool = Pool(2, cluster)
        with pytest.raises(CourseError, match="What is judged is kept"):
            grade(slow_student, pool, kill_the_scheduler)


@pytest.mark.slow
def test_where_no_scheduler_answers_it_is_one_clear_line(classroom: Course) -> None:
    with (
        pytest.raises(CourseError, match=r"tcp://127\.0\.0\.1:9 cannot grade"),
        Cluster("tcp://127.0.0.1:9", [UNIT]) as cluster,
    ):
        grade(classroom, Pool(2, cluster))


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "find_spec", lambda name: None)

    with pytest.raises(CourseError, match="pip install distributed"):
        Cluster("local", [UNIT])


#: Runs the command as a user does, and says whether Dask was imported into the process that grades.
COMMAND = """
import sys
from autograder.cli import main
status = main(sys.argv[1:])
print("Dask" if "distributed" in sys.modules else "no Dask")
sys.exit(status)
"""


def test_the_command_grades_with_workers_of_its_own(classroom: Course) -> None:
    command = [sys.executable, "-c", COMMAND, "grade", UNIT.name, "--cluster", "local", "--jobs"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [*command, "2"], cwd=classroom.root, env=environment, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "no Dask"
    assert " on 127.0.0.1:" in done.stderr
    kept = {path.stem for path in classroom.results.rglob("*.json")}
    expected = graded_here(classroom)
    assert kept == {one.key for one in expected.values()}


def test_a_cluster_grades_in_the_sandbox_only(
    classroom: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(classroom.root)

    assert main(["grade", UNIT.name, "--cluster", "local", "--unsafe"]) == 2
    assert "leave out --unsafe" in capsys.readouterr().err
