"""The corpus is recorded line by line, and an interrupted recording goes on."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from autograder.authoring import recording
from autograder.authoring.records import read_records
from autograder.course import Course, CourseError
from autograder.units import unit_named

UNIT = unit_named("meet_cartpole")  # the quickest: it trains nothing and needs no framework


def test_the_corpus_holds_every_known_answer(course: Course, tmp_path: Path) -> None:
    entries = recording.corpus(course, UNIT, tmp_path)

    kinds = Counter(entry.kind for entry in entries)
    assert kinds["reference"] == kinds["untouched"] == 1
    assert min(kinds["mistake"], kinds["right"], kinds["demo"]) >= 3
    assert len({entry.key for entry in entries}) == len(entries)


def test_a_mistake_is_recorded_with_its_name_and_a_fault_of_ours_with_its_text(
    course: Course,
) -> None:
    mistake = recording.Entry(UNIT.name, "mistake", "terminated_only")
    unknown = recording.Entry(UNIT.name, "mistake", "no_such_mistake")

    key, record = recording.recorded(course.root, mistake)
    _, fault = recording.recorded(course.root, unknown)

    assert key == "meet_cartpole/mistake/terminated_only"
    assert "truncated_ignored" in [check["mistake"] for check in record["tasks"][0]["checks"]]
    assert fault["status"].startswith("not graded: ValueError")


def test_with_another_seed_a_wrong_answer_is_asked_at_its_own_task(
    course: Course, tmp_path: Path
) -> None:
    wrong = [entry for entry in recording.corpus(course, UNIT, tmp_path) if entry.task]
    entry = next(entry for entry in wrong if entry.kind == "blind wrong")
    right = next(e for e in recording.corpus(course, UNIT, tmp_path) if e.kind == "blind right")

    _, usual = recording.recorded(course.root, entry)
    _, other = recording.recorded(course.root, entry, seed=2)
    _, right_other = recording.recorded(course.root, right, seed=2)

    assert [task["task"] for task in other["tasks"]] == [entry.task]
    assert len(usual["tasks"]) == len(right_other["tasks"]) == len(UNIT.tasks)


def test_an_interrupted_recording_goes_on_with_what_is_left(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("terminated_only", "truncated_only")
    entries = [recording.Entry(UNIT.name, "mistake", name) for name in names]
    monkeypatch.setattr(recording, "corpus", lambda *_: entries[:1])
    file = tmp_path / "record.jsonl"
    assert recording.record(course, file, [UNIT], jobs=1) == (1, 0)
    with file.open("a", encoding="utf-8") as lines:
        lines.write('["meet_cartpole/mistake/trunc')

    monkeypatch.setattr(recording, "corpus", lambda *_: entries)
    assert recording.record(course, file, [UNIT], jobs=1) == (1, 1)

    assert list(read_records(file)) == [entry.key for entry in entries]
    assert all(json.loads(line) for line in file.read_text("utf-8").splitlines())


def test_recordings_of_two_graders_do_not_mix(course: Course, tmp_path: Path) -> None:
    file = tmp_path / "record.jsonl"
    file.write_text('["version", "of another grader"]\n', encoding="utf-8")
    with pytest.raises(CourseError, match="another grader"):
        recording.record(course, file, [UNIT])


def test_no_student_is_marked_with_the_secret_of_recordings(course: Course) -> None:
    recorded = recording.RecordedCourse(course.root)
    assert recorded.secret() == recording.RecordedCourse(course.root).secret()
    assert not isinstance(course, recording.RecordedCourse)
