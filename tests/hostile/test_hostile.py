"""A hostile submission earns what its honest part is worth, reaches nothing, and harms nobody.

Each family is handed in as one class, together with an honest neighbour, and graded side by side
in the real sandbox. The limits are smaller than in earnest, so that running into them takes
seconds; nothing else is changed.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
import pytest

import autograder.grading.session
from autograder.agents.verdict import NOT_LEARNING
from autograder.authoring.hostile_classes import HostileClass
from autograder.course import Course
from autograder.grading import submission as grading
from autograder.grading.records import as_json
from autograder.grading.submission import GradingOptions, grade_file
from autograder.results import Result
from autograder.sandbox import channel
from autograder.sandbox.limits import Limits
from tests.hostile import corpus, little
from tests.living import living

ATTACKS = corpus.load()
CLASSES = sorted({(attack.family, attack.unit.name) for attack in ATTACKS})
#: Processor seconds of a cell; importing a deep-learning library takes some of them.
CELL_SECONDS, CELL_SECONDS_WITH_FRAMEWORK = 4.0, 15.0
SECRET = "HOSTILE_TEST_SECRET"
SIDE_BY_SIDE = 3
#: What a thing of the attackers' would be called, and where it would lie.
PLACES = ("/tmp", "/dev/shm", "/var/tmp", "/", "/etc", "/etc/cron.d", "~", ".")
GRADER_BYTES = 1 << 30  # limit on the growth of the grader's resident memory during a class
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: what a sandbox leaves behind becomes our child


@pytest.fixture
def smaller_limits(monkeypatch, request):
    unit = request.node.callspec.params["unit"]
    sizes = {
        "memory_bytes": (1 << 30) if unit == "little" else Limits().memory_bytes,
        "processes": 64,
        "file_bytes": 8 << 20,
        "temporary_bytes": 32 << 20,
        "temporary_files": 2_000,
    }
    monkeypatch.setattr(autograder.grading.session, "Limits", partial(Limits, **sizes))
    framework = corpus.unit_of(unit).framework
    seconds = CELL_SECONDS if framework is None else CELL_SECONDS_WITH_FRAMEWORK
    monkeypatch.setattr(autograder.grading.session, "CELL_SECONDS", seconds)
    monkeypatch.setattr(grading, "TASK_SECONDS", seconds)
    monkeypatch.setattr(autograder.grading.session, "SUBMISSION_SLEEP_SECONDS", 12.0)
    monkeypatch.setattr(channel, "IDLE_AFTER_S", 2.0)
    monkeypatch.setattr(channel, "SLEEP_SECONDS", 6.0)
    if unit == "little":
        monkeypatch.setattr(autograder.grading.session, "SUBMISSION_SECONDS", 20.0)
        monkeypatch.setattr(autograder.grading.session, "RESTARTS", 4)


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setenv(SECRET, SECRET)
    return little.make_course(tmp_path)


@pytest.mark.slow
@pytest.mark.usefixtures("smaller_limits", "record_grading")
@pytest.mark.parametrize(
    ("family", "unit"), CLASSES, ids=[f"{family}-{unit}" for family, unit in CLASSES]
)
def test_no_attack_is_worth_more_than_its_honest_part(family, unit, course, pytestconfig):
    attacks = [attack for attack in ATTACKS if (attack.family, attack.unit.name) == (family, unit)]
    neighbour = corpus.hand_in_path(course, "neighbour", corpus.unit_of(unit))
    answers = corpus.right_answers(corpus.unit_of(unit))
    answers["agent"] = "def make_agent():\n    raise NotImplementedError"  # training takes long
    notebook = corpus.answered(course, corpus.unit_of(unit), answers)
    neighbour.write_text(json.dumps(notebook))
    limit = (len(attacks) + 1) * autograder.grading.session.SUBMISSION_SECONDS
    with nothing_sent() as port, nothing_left_behind(), measured_cost() as cost:
        paths = {attack.name: attack.hand_in(course, port) for attack in attacks}
        before = contents(course.root)
        results = grade_side_by_side(course, unit, {**paths, "neighbour": neighbour})
        assert contents(course.root) == before
    file = pytestconfig.getoption("--hostile")
    if file is not None:
        HostileClass(
            unit,
            family,
            earned={attack.name: results[attack.name].points for attack in attacks},
            honest={attack.name: attack.honest for attack in attacks},
            grader_bytes=cost.grader_bytes,
            processor_seconds=cost.processor_seconds,
            limit_seconds=limit,
        ).append_to(file)

    assert cost.grader_bytes < GRADER_BYTES
    assert cost.processor_seconds < 3 * limit
    assert problems(attacks, results) == []
    honest = results["neighbour"]
    agent = corpus.unit_of(unit).agent
    agent_points = 0 if agent is None else agent.points
    assert (honest.status.value, honest.points) == ("ok", honest.max_points - agent_points)


def test_there_are_attacks_of_every_family():
    assert len(ATTACKS) >= 100
    assert len({attack.family for attack in ATTACKS}) >= 14
    assert all(attack.attack.endswith(".") for attack in ATTACKS)


def grade_side_by_side(course: Course, unit: str, paths: dict[str, Path]) -> dict[str, Result]:
    """Grade as in a class; each within the limits that hold for it."""

    def grade(path: Path) -> Result:
        start = time.monotonic()
        result = grade_file(path, corpus.unit_of(unit), course, GradingOptions())
        assert time.monotonic() - start < longest(), f"{path} took too long"
        return result

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return dict(zip(paths, pool.map(grade, paths.values()), strict=True))


def longest() -> float:
    """Seconds that one submission may hold up a class: processor time is stretched by load."""
    stretched = 10 * autograder.grading.session.SUBMISSION_SECONDS
    return stretched + autograder.grading.session.SUBMISSION_SLEEP_SECONDS + 60


def problems(attacks: list[corpus.Hostile], results: dict[str, Result]) -> list[str]:
    """Where an attack did not come out as it should, one line each."""
    found = []
    for attack in attacks:
        result = results[attack.name]
        if result.points > attack.honest:
            points = {task.task: task.points for task in result.tasks if task.points}
            found.append(f"{attack.name}: {result.points} points, {attack.honest} earned: {points}")
        if result.status.value not in attack.expected:
            found.append(f"{attack.name}: {result.status.value} ({result.message})")
        if result.points < attack.honest and not attack.lost:
            found.append(f"{attack.name}: only {result.points} of its honest {attack.honest}")
        if "agent" in attack.cells and not was_trained(attack, result):
            found.append(f"{attack.name}: its agent was not trained, so nothing was tried")
        text = json.dumps(as_json(result), ensure_ascii=False)
        if "FOUND" in text or SECRET in text:
            found.append(f"{attack.name}: saw what it must not see: {text}")
        if any("\ud800" <= character <= "\udfff" for character in text):
            found.append(f"{attack.name}: has lone surrogates in its record")
        if len(text) > 200_000:
            found.append(f"{attack.name}: has a record of {len(text)} characters")
    return found


def was_trained(attack: corpus.Hostile, result: Result) -> bool:
    """Whether an attack's agent was trained, if its author has solved what that needs."""
    rule = attack.unit.agent
    if rule is None or not set(rule.learns_in) <= set(attack.solved):
        return True
    name = f"{attack.unit.name}/agent"
    mistakes = {check.mistake for t in result.tasks if t.task == name for check in t.checks}
    return NOT_LEARNING not in mistakes


@contextmanager
def nothing_sent() -> Iterator[int]:
    """Listen on loopback and on an abstract Unix socket; nobody may come."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as abstract,
    ):
        stream.bind(("127.0.0.1", 0))
        port = stream.getsockname()[1]
        datagram.bind(("127.0.0.1", port))
        abstract.bind(f"\0hostile-{port}")
        listening = (stream, abstract)
        for one in listening:
            one.listen()
        yield port
        for one in (*listening, datagram):
            one.setblocking(False)
            with pytest.raises(BlockingIOError):
                one.accept() if one in listening else one.recv(1)


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """No process of a sandbox lives on, and no file of an attack lies outside of it."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    before = set(psutil.Process().children(recursive=True))
    yield
    left = set(psutil.Process().children(recursive=True)) - before
    assert living(left) == []
    marked = [
        path
        for place in PLACES
        for path in Path(place).expanduser().glob(f"*{corpus.MARK}*")
        if path.exists()
    ]
    assert marked == []


@dataclass
class Cost:
    """How much the grader's memory grew, and the processor time of it and all its processes."""

    grader_bytes: int = 0
    processor_seconds: float = 0.0


@contextmanager
def measured_cost() -> Iterator[Cost]:
    """The cost of what is done inside; known afterwards.

    A process is looked at while it lives: nobody waits for all that a sandbox starts.
    """
    grader, ended, cost = psutil.Process(), threading.Event(), Cost()
    before, at_start = grader.memory_info().rss, seconds_of(grader)
    used: dict[psutil.Process, float] = {}

    def watch() -> None:
        while not ended.wait(0.05):
            cost.grader_bytes = max(cost.grader_bytes, grader.memory_info().rss - before)
            for process in grader.children(recursive=True):
                with suppress(psutil.Error):
                    used[process] = seconds_of(process)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield cost
    finally:
        ended.set()
        watching.join()
        cost.processor_seconds = seconds_of(grader) - at_start + sum(used.values())


def seconds_of(process: psutil.Process) -> float:
    """Processor time of a process alone."""
    times = process.cpu_times()
    return float(times.user + times.system)


def contents(folder: Path) -> dict[str, str]:
    """A digest of each file below the folder; links and pipes by what they are."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest = f"{status.st_mode}"
        if path.is_file() and not path.is_symlink():
            digest += hashlib.sha256(path.read_bytes()).hexdigest()
        elif path.is_symlink():
            digest += os.readlink(path)
        found[str(path.relative_to(folder))] = digest
    return {name: digest for name, digest in found.items() if "__pycache__" not in name}
