import json

import pytest

from autograder.results import (
    CheckResult,
    EvaluationResult,
    Result,
    Status,
    TaskResult,
    read_result,
    write_result,
)


@pytest.fixture
def result():
    checks = (CheckResult("runs", True), CheckResult("sums", False, "sign_flipped", "A minus."))
    tasks = (TaskResult("unit/loss", 1.0, 3.0, checks), TaskResult("unit/agent", 6.0, 6.0))
    evaluation = EvaluationResult(100, 480.5, 475.0, (3, 4), (12.0, 480.5), (20.0, 480.0))
    return Result("unit", Status.TIMEOUT, tasks, evaluation, 1.5, "slow", ("moved",), False)


def test_points_are_those_of_the_tasks(result):
    assert (result.points, result.max_points) == (7, 9)
    assert result.task("unit/loss").points == 1
    with pytest.raises(KeyError):
        result.task("unit/other")


def test_a_record_comes_back_as_it_was(result, tmp_path):
    path = tmp_path / "a" / "record.json"

    write_result(result, path)

    assert read_result(path) == result


def test_a_record_without_evaluation_comes_back(tmp_path):
    path = tmp_path / "record.json"
    result = Result("unit", Status.MISSING, ())

    write_result(result, path)

    assert read_result(path) == result


@pytest.mark.parametrize("text", ("", "{", "[]", "{}", '{"status": "splendid"}'))
def test_what_is_no_whole_record_is_no_record(tmp_path, text):
    path = tmp_path / "record.json"
    path.write_text(text)

    assert read_result(path) is None
    assert read_result(tmp_path / "none.json") is None


def test_a_failed_write_leaves_the_old_record_and_no_litter(result, tmp_path, monkeypatch):
    path = tmp_path / "record.json"
    write_result(result, path)

    def full(*arguments, **keywords):
        raise OSError("no space left on device")

    monkeypatch.setattr(json, "dump", full)
    with pytest.raises(OSError):
        write_result(Result("unit", Status.OK, ()), path)

    assert read_result(path) == result
    assert list(tmp_path.iterdir()) == [path]


def test_marks_do_not_tell_the_time(result):
    assert result.without_timing().seconds == 0
    assert result.without_timing().tasks == result.tasks
