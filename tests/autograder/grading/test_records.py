"""Result records: written whole, read strictly, and published with a schema that they fit."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from autograder.grading import records
from autograder.grading.records import as_json, checked_notebook, read_result, write_result
from autograder.messages import Message
from autograder.results import CheckResult, EvaluationResult, Result, Status, TaskResult

PUBLISHED = Path(__file__).parents[3] / "docs" / "result.schema.json"
SHAPE = Message("It should be {expected}.", expected=(2, 3))
FAILED = Message.joined("A minus.", SHAPE, Message("{error} {n:.1f}", error="odd", n=float("nan")))


@pytest.fixture
def result():
    checks = (
        CheckResult("runs", True),
        CheckResult("sums", False, "sign_flipped", FAILED),
        CheckResult("is_short", False, "long", Message.of("Could be shorter."), note=True),
    )
    tasks = (TaskResult("unit/loss", 1.0, 3.0, checks), TaskResult("unit/agent", 6.0, 6.0))
    evaluation = EvaluationResult(100, 480.5, 475.0, (3, 4), (12.0, 480.5), (20.0, 480.0))
    stopped = Message("stopped after {seconds} s", seconds=10)
    return Result("unit", Status.TIMEOUT, tasks, evaluation, 1.5, stopped, ("moved",), False)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a" / "record.json"


def test_points_are_those_of_the_tasks(result):
    assert (result.points, result.max_points) == (7, 9)
    assert result.task("unit/loss").points == 1
    with pytest.raises(KeyError):
        result.task("unit/other")


def test_marks_do_not_tell_the_time(result):
    assert result.without_timing().seconds == 0
    assert result.without_timing().tasks == result.tasks


def test_a_record_comes_back_as_it_was(result, path):
    write_result(result, path)

    assert read_result(path) == result


def test_messages_come_back_with_their_templates_and_values(result, path):
    write_result(result, path)

    back = read_result(path)

    assert back.message.values == {"seconds": 10}
    message = back.tasks[0].checks[1].message
    assert message == "A minus. It should be (2, 3). odd nan"
    assert message.values["part2"].template == SHAPE.template
    assert message.values["part2"].values == {"expected": "(2, 3)"}


def test_a_record_without_evaluation_comes_back(path):
    result = Result("unit", Status.MISSING, ())

    write_result(result, path)

    assert read_result(path) == result


def test_what_utf8_cannot_hold_is_written_all_the_same(path):
    message = Message("{error}", error="\ud800" + "x" * 3)
    check = CheckResult("runs", False, "raises", message)
    huge = CheckResult("sums", False, "wrong", Message("{n}", n=10**30))

    write_result(Result("u", Status.OK, (TaskResult("u/a", 0, 1, (check, huge)),)), path)

    odd, large = read_result(path).tasks[0].checks
    assert odd.message == "?xxx"
    assert large.message.values == {"n": str(10**30)}


@pytest.mark.parametrize("text", ("", "{", "[]", "{}", '{"status": "splendid"}', "[" * 10**5))
def test_what_is_no_whole_record_is_no_record(tmp_path, text):
    path = tmp_path / "record.json"
    path.write_text(text)

    assert read_result(path) is None
    assert read_result(tmp_path / "none.json") is None


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["version"], 1),
        (["points"], "7"),
        (["tasks", 0, "points"], "1"),
        (["tasks", 0, "points"], None),
        (["tasks", 0, "checks", 0, "passed"], 1),
        (["tasks", 0, "checks", 0, "extra"], True),
        (["evaluation", "mean"], "480.5"),
        (["evaluation", "seeds"], [3.5]),
        (["status"], "splendid"),
        (["sandboxed"], "no"),
    ],
)
def test_a_record_of_another_version_or_with_a_wrong_type_is_no_record(result, path, keys, value):
    record = json.loads(json.dumps(as_json(result)))
    write_result(result, path)
    path.write_text(json.dumps(record))
    assert read_result(path) == result

    place = record
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path.write_text(json.dumps(record))

    assert read_result(path) is None


def test_a_record_that_lacks_a_field_is_no_record(result, path):
    record = as_json(result)
    for name in record:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({key: value for key, value in record.items() if key != name}))
        assert read_result(path) is None, name


def test_a_failed_write_leaves_the_old_record_and_no_litter(result, path, monkeypatch):
    write_result(result, path)

    def full(*arguments):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_result(Result("unit", Status.OK, ()), path)

    assert read_result(path) == result
    assert list(path.parent.iterdir()) == [path]


def test_the_published_schema_is_that_of_the_code():
    assert json.loads(PUBLISHED.read_text()) == records.schema(), (
        "Renew it: python -m autograder.grading.records > docs/result.schema.json"
    )


def test_what_check_prints_fits_the_published_schema(result):
    validator = jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text()))
    untrained = Result("unit", Status.MISSING, (), None)

    for printed in (checked_notebook(result), checked_notebook(untrained)):
        validator.validate(json.loads(json.dumps(printed, allow_nan=False)))
    assert not validator.is_valid(checked_notebook(result) | {"points": "7"})
    assert not validator.is_valid(checked_notebook(result) | {"unknown": 1})


def test_only_an_unsafe_result_says_so(result):
    assert checked_notebook(result)["unsafe"] is True
    assert "unsafe" not in checked_notebook(Result("unit", Status.OK, ()))
