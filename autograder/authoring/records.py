"""Records of many answers as plain JSON, read from wherever they are.

Three places: a recording (`autograder record`, or `pytest --record`: lines of `[key, record]`), the
same as one JSON object, and a folder of cached results (`.autograder/results`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.course import Course, CourseError
from autograder.grading.hand_ins import submissions
from autograder.grading.keys import SUBMISSION_DIGITS, submission_key
from autograder.units import unit_named

#: `unit/kind/name`, or `assignment/student` of a cached result.
Key = str
#: status, mean and tasks with their points and checks, as JSON.
Record = dict[str, Any]

_CHECK = ("check", "passed", "mistake", "message")
_TASK = ("task", "points", "max_points")


def plain_record(result: Mapping[str, Any]) -> Record:
    """What is compared of a result's JSON: its status, its agent's mean score, its tasks."""
    evaluation = result.get("evaluation")
    tasks = [
        {name: task[name] for name in _TASK}
        | {"checks": [{name: check[name] for name in _CHECK} for check in task["checks"]]}
        for task in result["tasks"]
    ]
    mean = evaluation["mean"] if evaluation else result.get("mean")
    return {"status": result["status"], "mean": mean, "tasks": tasks}


def read_records(path: Path) -> dict[Key, Record]:
    """The records of a file or of a folder of cached results, by their keys.

    Raises CourseError if it is neither.
    """
    if not path.exists():
        raise CourseError(f"No such file or folder: {path}")
    try:
        found = _cached(path) if path.is_dir() else _read_file(path)
        records = {
            key: plain_record(record) for key, record in found.items() if isinstance(record, dict)
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CourseError(f"{path} holds no records of results ({error!r}).") from error
    if not records:
        raise CourseError(f"{path} holds no records of results.")
    return records


def read_lines(path: Path) -> Iterator[tuple[Key, Any]]:
    """The lines `[key, record]` of a recording; a last one that was cut off is left out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            key, record = json.loads(line)
        except ValueError:
            if number < len(lines):
                raise
            return
        yield key, record


def _read_file(path: Path) -> dict[Key, Any]:
    if path.read_text(encoding="utf-8").lstrip().startswith("{"):
        records: dict[Key, Any] = json.loads(path.read_text(encoding="utf-8"))
        return records
    return dict(read_lines(path))


def _cached(folder: Path) -> dict[Key, Any]:
    """The newest result of each submission, `<folder>/<assignment>/<key>.json`."""
    names: dict[str, dict[str, str]] = {}
    newest: dict[Key, Any] = {}
    for path in sorted(folder.glob("*/*.json"), key=lambda path: path.stat().st_mtime):
        assignment, submission = path.parent.name, path.stem[:SUBMISSION_DIGITS]
        if assignment not in names:
            names[assignment] = _students(assignment)
        student = names[assignment].get(submission, f"submission {submission}")
        newest[f"{assignment}/{student}"] = json.loads(path.read_text(encoding="utf-8"))
    return newest


def _students(assignment: str) -> dict[str, str]:
    """Who handed in which submission, in the course around the working directory."""
    course, unit = Course.find(), unit_named(assignment)
    names: dict[str, list[str]] = {}
    for handed in submissions(course, unit):
        if handed.notebook is not None:
            names.setdefault(submission_key(handed.notebook, unit, course), []).append(
                handed.student
            )
    return {submission: ", ".join(students) for submission, students in names.items()}
