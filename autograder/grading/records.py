"""Result records as JSON: what is kept on disk, and what `autograder check --json` prints."""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, Union

import msgspec

from autograder.messages import Message
from autograder.results import CheckResult, EvaluationResult, Result, Status, TaskResult

#: A record of another version is not read but graded again.
VERSION: Final = 2
#: Larger whole numbers are no longer exact in every JSON reader; they are kept as text.
_LARGEST_INTEGER = 2**53
_Value = Union[str, int, float, bool, None, "MessageRecord"]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Decoded strictly: every field there, of its type, and no other."""


class MessageRecord(_Record, frozen=True):
    """A message inside another one."""

    text: str
    template: str
    values: dict[str, _Value]


class CheckRecord(_Record, frozen=True):
    """One check: `template` and `values` are what its `message` is made of."""

    check: str
    passed: bool
    note: bool
    mistake: str | None
    message: str | None
    template: str | None
    values: dict[str, _Value]


class TaskRecord(_Record, frozen=True):
    """One task, with its checks in order."""

    task: str
    points: float
    max_points: float
    checks: tuple[CheckRecord, ...]


class ResultRecord(_Record, frozen=True):
    """A whole result, as it is kept."""

    version: Literal[2]
    unit: str
    status: Status
    points: float
    max_points: float
    tasks: tuple[TaskRecord, ...]
    evaluation: EvaluationResult | None
    seconds: float
    message: str | None
    template: str | None
    values: dict[str, _Value]
    warnings: tuple[str, ...]
    sandboxed: bool


class EvaluationSummary(_Record, frozen=True):
    """The trained agent's mean score over `episodes` episodes; None if it could not be trained."""

    episodes: int
    mean: float | None
    threshold: float
    seeds: tuple[int, ...]


class CheckedNotebook(_Record, frozen=True, omit_defaults=True):
    """What `autograder check --json` prints. `unsafe` is there, and true, without the sandbox."""

    unit: str
    status: Status
    points: float
    max_points: float
    tasks: tuple[TaskRecord, ...]
    evaluation: EvaluationSummary | None
    seconds: float
    unsafe: bool = False


def as_json(result: Result) -> dict[str, Any]:
    """The whole record of a result as plain JSON values."""
    return msgspec.to_builtins(_to_record(result))


def checked_notebook(result: Result) -> dict[str, Any]:
    """What `autograder check --json` prints of a result, as plain JSON values."""
    evaluation = result.evaluation
    summary = None
    if evaluation is not None:
        summary = EvaluationSummary(
            evaluation.episodes, evaluation.mean, evaluation.threshold, evaluation.seeds
        )
    record = CheckedNotebook(
        unit=result.unit,
        status=result.status,
        points=result.points,
        max_points=result.max_points,
        tasks=tuple(map(_task_record, result.tasks)),
        evaluation=summary,
        seconds=result.seconds,
        unsafe=not result.sandboxed,
    )
    return msgspec.to_builtins(record)


def schema() -> dict[str, Any]:
    """The JSON schema of `autograder check --json`, published as docs/result.schema.json."""
    published = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return published | msgspec.json.schema(CheckedNotebook)


def encode_result(result: Result) -> bytes:
    """The whole record, as it is kept and as it comes from the process that judged."""
    return msgspec.json.encode(_to_record(result))


def decode_result(record: bytes) -> Result:
    """The result in a record. Raises ValueError unless it is whole, and of this version."""
    return _from_record(msgspec.json.decode(record, type=ResultRecord))


def write_result(result: Result, path: Path) -> None:
    """Write the record whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = msgspec.json.format(encode_result(result), indent=1)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_result(path: Path) -> Result | None:
    """Read a record, or None if none of this version is there, whole and of the right types."""
    try:
        return decode_result(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _to_record(result: Result) -> ResultRecord:
    message, template, values = _parts(result.message)
    return ResultRecord(
        version=VERSION,
        unit=result.unit,
        status=result.status,
        points=result.points,
        max_points=result.max_points,
        tasks=tuple(map(_task_record, result.tasks)),
        evaluation=result.evaluation,
        seconds=result.seconds,
        message=message,
        template=template,
        values=values,
        warnings=tuple(map(_encodable, result.warnings)),
        sandboxed=result.sandboxed,
    )


def _from_record(record: ResultRecord) -> Result:
    return Result(
        unit=record.unit,
        status=record.status,
        tasks=tuple(map(_task_result, record.tasks)),
        evaluation=record.evaluation,
        seconds=record.seconds,
        message=_message(record.message, record.template, record.values),
        warnings=record.warnings,
        sandboxed=record.sandboxed,
    )


def _task_record(task: TaskResult) -> TaskRecord:
    checks = tuple(map(_check_record, task.checks))
    return TaskRecord(task.task, task.points, task.max_points, checks)


def _task_result(record: TaskRecord) -> TaskResult:
    checks = tuple(map(_check_result, record.checks))
    return TaskResult(record.task, record.points, record.max_points, checks)


def _check_record(check: CheckResult) -> CheckRecord:
    parts = _parts(check.message)
    return CheckRecord(check.check, check.passed, check.note, check.mistake, *parts)


def _check_result(record: CheckRecord) -> CheckResult:
    message = _message(record.message, record.template, record.values)
    return CheckResult(record.check, record.passed, record.mistake, message, record.note)


def _parts(text: str | None) -> tuple[str | None, str | None, dict[str, _Value]]:
    """A message's text, template and values."""
    if text is None:
        return None, None, {}
    message = Message.of(text)
    values = {name: _to_value(value) for name, value in message.values.items()}
    return _encodable(message), _encodable(message.template), values


def _message(
    text: str | None, template: str | None, values: Mapping[str, _Value]
) -> Message | None:
    if text is None or template is None:
        return None
    return Message.restored(text, template, {name: _of_value(v) for name, v in values.items()})


def _to_value(value: object) -> _Value:
    if isinstance(value, Message):
        text, template, values = _parts(value)
        assert text is not None and template is not None
        return MessageRecord(text, template, values)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST_INTEGER:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    return _encodable(str(value))


def _of_value(value: _Value) -> object:
    if isinstance(value, MessageRecord):
        return _message(value.text, value.template, value.values)
    return value


def _encodable(text: str) -> str:
    """The text without lone surrogates, which no UTF-8 file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2))
