"""A class is graded side by side; what is finished is kept, whatever happens."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.grading import batch, judging
from autograder.grading import keys as naming
from autograder.grading.batch import GradedSubmission, grade_cohort, grade_one, kept_result
from autograder.grading.hand_ins import submissions
from autograder.grading.judging import JUDGING, READING
from autograder.grading.keys import result_key
from autograder.grading.submission import GradingOptions, Watch
from autograder.processes.allowance import MEBIBYTE
from autograder.processes.confined import Confined
from autograder.processes.pool import Pool
from autograder.results import Result, Status
from autograder.units import Unit, unit_named
from tests.autograder.gradebook_tools import hand_in, keep, make_course, make_result, scores

SANDBOXED = GradingOptions()


#: Answers to policy_network's diagnosis.
RIGHT = """def diagnosis():
    return {"returned": [1, 0.5, 2.25, 5.125], "right": [2, 2, 4, 4], "curves": "bfc"}
"""
WRONG = "def diagnosis():\n    return {}"


@pytest.fixture
def unit() -> Unit:
    return unit_named("policy_network")


@pytest.fixture
def classroom(tmp_path: Path, unit: Unit) -> Course:
    return make_course(tmp_path, unit)


def grade(classroom: Course, unit: Unit, workers: int = 2) -> dict[str, GradedSubmission]:
    return grade_cohort(submissions(classroom, unit), unit, classroom, SANDBOXED, Pool(workers))


def marks(graded: dict[str, GradedSubmission]) -> dict[str, Result]:
    return {student: one.result.without_timing() for student, one in graded.items()}


class Grader:
    """Stands in for the grading of one file: counts, and fails as often as it is told.

    It is called in other processes, so it counts in a file.
    """

    def __init__(
        self,
        classroom: Course,
        unit: Unit,
        failures: int = 0,
        status: Status = Status.GRADER_ERROR,
    ) -> None:
        self.unit = unit
        self.failures = failures
        self.status = status
        self.log = classroom.root / f"calls {id(self)}"
        self.log.touch()

    @property
    def calls(self) -> int:
        return self.log.stat().st_size

    def __call__(
        self, path: Path, unit: Unit, course: Course, options: GradingOptions, watch: object
    ) -> Result:
        with self.log.open("a") as file:
            file.write(".")
        if self.calls <= self.failures:
            return make_result(self.unit, 0.0, status=self.status, message="bad luck")
        return make_result(self.unit, sandboxed=options.sandboxed)


def test_marks_do_not_depend_on_company_or_order(classroom: Course, unit: Unit) -> None:
    hand_in(classroom, unit, "anna", {"diagnosis": RIGHT})
    alone = marks(grade(classroom, unit))["anna"]
    for kept in classroom.results.rglob("*.json"):
        kept.unlink()
    hand_in(classroom, unit, "aaron", {"diagnosis": WRONG})
    together = grade(classroom, unit)
    assert not together["anna"].cached
    assert marks(together)["anna"] == alone
    assert list(together) == ["aaron", "anna"]
    assert alone.task("policy_network/diagnosis").points == 1
    assert together["aaron"].result.points == 0


def test_a_kept_result_is_not_graded_again(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    grader = Grader(classroom, unit)
    monkeypatch.setattr(judging, "grade_file", grader)
    hand_in(classroom, unit, "anna", {"forward": "a"})
    first, second = grade(classroom, unit)["anna"], grade(classroom, unit)["anna"]
    assert (first.cached, second.cached, grader.calls) == (False, True, 1)
    assert first.result == second.result


def test_the_key_changes_with_everything_that_decides_the_marks(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hand_in(classroom, unit, "anna", {"forward": "a"})
    keys = [result_key(path, unit, classroom, SANDBOXED)]
    assert result_key(path, unit, classroom, SANDBOXED) == keys[0]
    keys.append(result_key(path, unit, classroom, GradingOptions(sandboxed=False)))
    path.write_text(path.read_text("utf-8").replace('"a"', '"b"'), encoding="utf-8")
    keys.append(result_key(path, unit, classroom, SANDBOXED))
    released = classroom.released(unit.assignment)
    released.write_text(released.read_text("utf-8") + "\n", encoding="utf-8")
    keys.append(result_key(path, unit, classroom, SANDBOXED))
    (classroom.root / ".autograder" / "secret").write_text("ab" * 32, encoding="ascii")
    keys.append(result_key(path, unit, classroom, SANDBOXED))
    monkeypatch.setattr(naming, "grader_version", lambda: "another")
    keys.append(result_key(path, unit, classroom, SANDBOXED))
    assert len(set(keys)) == len(keys)


def test_the_students_outputs_do_not_change_the_key(classroom: Course, unit: Unit) -> None:
    path = hand_in(classroom, unit, "anna", {"forward": "a"})
    before = result_key(path, unit, classroom, SANDBOXED)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('"outputs": []', '"outputs": [{"output_type": "stream"}]'), encoding="utf-8"
    )
    assert result_key(path, unit, classroom, SANDBOXED) == before


def test_a_grader_error_is_tried_again_and_never_kept(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hand_in(classroom, unit, "anna", {})
    monkeypatch.setattr(judging, "grade_file", Grader(classroom, unit, failures=1))
    assert grade_one(path, unit, classroom, SANDBOXED).result.status is Status.OK
    path.write_text(path.read_text("utf-8").replace("YOUR CODE", "MY CODE"), encoding="utf-8")
    failing = Grader(classroom, unit, failures=3)
    monkeypatch.setattr(judging, "grade_file", failing)
    assert grade_one(path, unit, classroom, SANDBOXED).result.status is Status.GRADER_ERROR
    assert failing.calls == 2
    assert kept_result(submissions(classroom, unit)[0], unit, classroom) is None
    assert grade_one(path, unit, classroom, SANDBOXED).result.status is Status.OK


def test_an_agent_that_was_not_graded_is_tried_again_when_the_class_is(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hand_in(classroom, unit, "anna", {})
    failing = Grader(classroom, unit, failures=3, status=Status.AGENT_ERROR)
    monkeypatch.setattr(judging, "grade_file", failing)
    assert grade(classroom, unit)["anna"].result.status is Status.AGENT_ERROR
    kept = grade_one(path, unit, classroom, SANDBOXED)
    assert kept.cached and kept.result.status is Status.AGENT_ERROR  # its other marks count
    assert failing.calls == 2
    assert grade(classroom, unit)["anna"].result.status is Status.OK


def test_a_half_written_record_is_graded_again(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hand_in(classroom, unit, "anna", {})
    keep(classroom, unit, path, make_result(unit))
    record = next(classroom.results.rglob("*.json"))
    record.write_text(record.read_text("utf-8")[:100], encoding="utf-8")
    monkeypatch.setattr(judging, "grade_file", Grader(classroom, unit))
    assert not grade_one(path, unit, classroom, SANDBOXED).cached


def test_who_handed_in_nothing_is_missing(classroom: Course, unit: Unit) -> None:
    (classroom.root / "submitted" / "bert").mkdir(parents=True)
    (classroom.root / "submitted" / "carl" / unit.assignment).mkdir(parents=True)
    handed = submissions(classroom, unit, students=["anna"])
    graded = grade_cohort(handed, unit, classroom, SANDBOXED)
    assert {name: one.result.status for name, one in graded.items()} == dict.fromkeys(
        ("anna", "bert", "carl"), Status.MISSING
    )


@pytest.mark.parametrize(
    ("file", "said"),
    (("solution.zip", "only solution.zip"), ("timestamp.txt", "holds no policy_network.ipynb.")),
)
def test_who_handed_in_something_else_is_not_missing(
    classroom: Course, unit: Unit, file: str, said: str
) -> None:
    folder = classroom.root / "submitted" / "carl" / unit.assignment
    folder.mkdir(parents=True)
    (folder / file).write_bytes(b"PK")
    graded = grade_cohort(submissions(classroom, unit), unit, classroom, SANDBOXED)
    assert graded["carl"].result.status is Status.INVALID_NOTEBOOK
    assert said in str(graded["carl"].result.message)


def test_copies_are_judged_once(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    grader = Grader(classroom, unit)
    monkeypatch.setattr(judging, "grade_file", grader)
    for student in ("anna", "bert", "carl"):
        hand_in(classroom, unit, student, {"forward": "a"})
    saved_again = hand_in(classroom, unit, "dora", {"forward": "a"})
    saved_again.write_text(saved_again.read_text("utf-8") + "\n")

    graded = grade(classroom, unit)

    assert grader.calls == 1
    assert len({one.key for one in graded.values()}) == 1


def test_a_class_that_has_not_changed_starts_no_process(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "grade_file", Grader(classroom, unit))
    for number in range(3):
        hand_in(classroom, unit, f"s{number}", {"forward": f"# {number}"})
    before = grade(classroom, unit)
    monkeypatch.setattr(Confined, "start", None)

    after = grade(classroom, unit)

    assert marks(after) == marks(before)
    assert all(one.cached for one in after.values())


def test_after_a_run_for_one_student_the_others_are_still_known(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "grade_file", Grader(classroom, unit))
    for number in range(3):
        hand_in(classroom, unit, f"s{number}", {"forward": f"# {number}"})
    grade(classroom, unit)
    hand_in(classroom, unit, "late", {"forward": "# late"})
    one = [each for each in submissions(classroom, unit) if each.student == "late"]
    grade_cohort(one, unit, classroom, SANDBOXED, Pool(1))
    monkeypatch.setattr(Confined, "start", None)

    assert all(each.cached for each in grade(classroom, unit).values())


def test_a_judge_that_dies_costs_its_submission_alone(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fate(
        path: Path, unit: Unit, course: Course, options: GradingOptions, watch: Watch
    ) -> Result:
        name = path.parent.parent.name
        watch(make_result(unit, 0.25, status=Status.GRADER_ERROR))
        if name == "greedy":
            bytearray(JUDGING.memory_bytes * 2)
        if name == "endless":
            resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
            while True:
                pass
        if name == "gone":
            os.abort()
        return make_result(unit)

    monkeypatch.setattr(judging, "grade_file", fate)
    names = ("anna", "endless", "gone", "greedy", "zoe")
    for name in names:
        hand_in(classroom, unit, name, {"forward": f"# {name}"})

    graded = grade(classroom, unit)

    assert {name: one.result.status for name, one in graded.items()} == {
        "anna": Status.OK,
        "endless": Status.TIMEOUT,
        "gone": Status.GRADER_ERROR,
        "greedy": Status.MEMORY,
        "zoe": Status.OK,
    }
    earned = {name: one.result.points for name, one in graded.items()}
    assert earned["endless"] == earned["greedy"] == unit.max_points / 4
    for name in ("endless", "greedy"):
        assert str(graded[name].result.message).startswith("Judging its answers")
    kept = {one.student: kept_result(one, unit, classroom) for one in submissions(classroom, unit)}
    assert kept["endless"] and kept["greedy"] and not kept["gone"]
    assert "its process ended with signal 6" in str(graded["gone"].result.message)


def test_a_file_that_takes_too_much_to_read_is_refused_and_delays_nobody(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "grade_file", Grader(classroom, unit))
    monkeypatch.setattr(batch, "READING", replace(READING, memory_bytes=25 * MEBIBYTE))
    hand_in(classroom, unit, "anna", {"forward": "a"})
    path = hand_in(classroom, unit, "eve", {})
    path.write_text('{"cells": [' + ",".join(['{"":0}'] * 490_000) + "]}")

    graded = grade(classroom, unit)

    assert graded["anna"].result.status is Status.OK
    eve = graded["eve"]
    assert eve.result.status is Status.INVALID_NOTEBOOK
    assert "reading it takes too much time or memory" in str(eve.result.message)
    assert eve.key and grade(classroom, unit)["eve"].key == eve.key


def test_links_and_odd_names_are_refused(classroom: Course, unit: Unit) -> None:
    hand_in(classroom, unit, "anna", {})
    submitted = classroom.root / "submitted"
    (submitted / "eve").symlink_to(submitted / "anna")
    (submitted / "fay").mkdir()
    (submitted / "fay" / unit.assignment).symlink_to(submitted / "anna" / unit.assignment)
    hand_in(classroom, unit, "=1+1", {})
    handed = {one.student: one for one in submissions(classroom, unit)}
    assert handed["anna"].notebook is not None
    for name in ("eve", "fay", "=1+1"):
        assert handed[name].notebook is None
        assert handed[name].status is Status.INVALID_NOTEBOOK


def test_one_students_failure_costs_nobody_else(
    classroom: Course, unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hand_in(classroom, unit, "eve", {})
    path.unlink()
    os.mkfifo(path)
    keep(classroom, unit, hand_in(classroom, unit, "anna", {"forward": "a"}), make_result(unit))
    graded = grade(classroom, unit)
    assert graded["eve"].result.status is Status.INVALID_NOTEBOOK
    assert graded["anna"].result == make_result(unit)


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_gives_the_same_gradebook(
    classroom: Course, unit: Unit
) -> None:
    answers = {"anna": RIGHT, "bert": WRONG, "carl": RIGHT, "dora": WRONG}
    for student, answer in answers.items():
        hand_in(classroom, unit, student, {"diagnosis": answer})
    command = [sys.executable, "-m", "autograder.cli", "grade", unit.name]
    for seconds in (1.5, 3.0, 4.5, 6.0, 8.0, 10.0):
        process = subprocess.Popen(
            command, cwd=classroom.root, start_new_session=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    subprocess.run(command, cwd=classroom.root, check=True, capture_output=True)
    assert scores(classroom, unit) == {"anna": 1.0, "bert": 0.0, "carl": 1.0, "dora": 0.0}
