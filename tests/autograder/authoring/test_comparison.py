"""Two sets of records are compared: whose marks changed, and where only a text did."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autograder.authoring.comparison import compare, describe
from autograder.authoring.records import plain_record, read_records
from autograder.cli import main
from autograder.course import CourseError


def record(points=2, mistake=None, message=None, status="ok", mean=None):
    passed = mistake is None
    check = {"check": "adds", "passed": passed, "mistake": mistake, "message": message}
    task = {"task": "unit/sum", "points": points, "max_points": 2, "checks": [check]}
    return {"status": status, "mean": mean, "tasks": [task]}


OLD = record(points=1, mistake="off_by_one", message="One is missing.")


def changes(new):
    (difference,) = compare({"unit/mistake/a": OLD}, {"unit/mistake/a": new}).differences
    return difference


@pytest.mark.parametrize(
    ("new", "line"),
    [
        (OLD | {"status": "timeout"}, "status: ok → timeout"),
        (record(2, "off_by_one", "One is missing."), "unit/sum: 1 → 2 points"),
        (record(1, "wrong", "One is missing."), "unit/sum:adds: off_by_one → wrong"),
        (record(1), "unit/sum:adds: off_by_one → passed"),
        (OLD | {"tasks": []}, "unit/sum: gone"),
    ],
)
def test_a_changed_status_point_or_mistake_is_a_changed_mark(new, line):
    assert changes(new).marks == (line,)


def test_a_text_and_a_score_alone_are_no_mark():
    reworded = changes(record(1, "off_by_one", "Something is missing."))
    trained = changes(OLD | {"mean": 480.5})

    assert (reworded.marks, len(reworded.texts)) == ((), 1)
    assert (trained.marks, trained.scores) == ((), ("mean score: none → 480.5",))


def test_equal_records_do_not_differ_and_a_vanished_answer_does():
    assert compare({"unit/a": OLD}, {"unit/a": OLD}).same_marks
    gone = compare({"unit/a": OLD, "unit/b": OLD, "other/c": OLD}, {"unit/a": OLD})
    assert gone.gone == ("unit/b",), "of a unit that was recorded again"
    assert not gone.same_marks


def test_texts_are_counted_and_listed_only_if_asked():
    comparison = compare({"unit/a": OLD}, {"unit/a": record(1, "off_by_one", "Look again.")})

    assert not any("Look again." in line for line in describe(comparison, texts=False))
    assert any("Look again." in line for line in describe(comparison, texts=True))
    assert "Only the text changed: 1 checks of 1 answers." in describe(comparison, texts=False)


def test_records_are_read_as_lines_and_as_one_object(tmp_path: Path) -> None:
    result = OLD | {"evaluation": {"mean": 3.0}, "seconds": 1.0}
    lines, whole = tmp_path / "lines", tmp_path / "whole"
    lines.write_text(f'["version", "x"]\n{json.dumps(["unit/a", result])}\n["unit/b", {{', "utf-8")
    whole.write_text(json.dumps({"unit/a": plain_record(result)}), encoding="utf-8")

    assert read_records(lines) == read_records(whole) == {"unit/a": OLD | {"mean": 3.0}}


def test_of_cached_results_the_newest_of_each_submission_counts(tmp_path: Path) -> None:
    folder = tmp_path / "2_policy_network"
    folder.mkdir()
    for age, points in ((10, 1), (0, 2)):
        path = folder / f"{'a' * 32}{str(points) * 32}.json"
        path.write_text(json.dumps(record(points)), encoding="utf-8")
        os.utime(path, (1e9 - age, 1e9 - age))

    (found,) = read_records(tmp_path).items()

    assert found == (f"2_policy_network/submission {'a' * 32}", record(2))


@pytest.mark.parametrize("content", ("", "no JSON\nat all", '{"unit/a": {"points": 1}}', "[1]"))
def test_what_holds_no_records_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "file"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CourseError, match=r"holds no records"):
        read_records(path)


def test_the_command_says_whose_marks_changed_and_ends_with_1(tmp_path: Path, capsys) -> None:
    for name, answer in (("old", OLD), ("new", record(2)), ("same", OLD)):
        (tmp_path / name).write_text(json.dumps({"unit/a": answer}), encoding="utf-8")

    assert main(["compare", str(tmp_path / "old"), str(tmp_path / "same")]) == 0
    assert main(["compare", str(tmp_path / "old"), str(tmp_path / "new")]) == 1
    assert "unit/a: unit/sum: 1 → 2 points" in capsys.readouterr().out
