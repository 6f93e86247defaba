"""Attempts: copies of what a student handed in, kept as long as one of them may still count."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from autograder.course import Course
from autograder.grading.hand_ins import HandIn, handed_in
from autograder.grading.notebook_file import MAX_BYTES
from autograder.grading.rounds import Rounds, round_name, rounds_of
from autograder.grading.timestamps import RECEIPTS, read_small_file
from autograder.grading.whole_file import replace_text
from autograder.results import Result, Status
from autograder.units import Unit


@dataclass(frozen=True)
class Attempt:
    """One attempt. number: 1, 2, … of this student. folder: the copy of what was handed in.

    warnings: about the files that were handed in, of which the copy holds one; None where an
    earlier version of the grader took the attempt.
    """

    number: int
    round: int
    digest: str
    folder: Path
    warnings: tuple[str, ...] | None = None


def attempts_of(course: Course, unit: Unit, student: str) -> list[Attempt]:
    """A student's attempts in their order."""
    found = []
    for number in count(1):
        folder = _root(course) / str(number) / student / unit.assignment
        try:
            known = json.loads(_record(folder).read_text(encoding="utf-8"))
        except FileNotFoundError:
            break
        said = tuple(known["warnings"]) if "warnings" in known else None
        found.append(Attempt(number, known["round"], known["digest"], folder, said))
    return found


def attempts_with_new(course: Course, unit: Unit, hand_in: HandIn) -> list[Attempt]:
    """A student's attempts, and the one that `take_attempts` would add, where it lies now."""
    rounds = rounds_of(course, unit)
    earlier = attempts_of(course, unit, hand_in.student)
    content = _new_content(hand_in, earlier, rounds)
    if rounds is None or content is None:
        return earlier
    digest = _digest(content)
    new = Attempt(len(earlier) + 1, rounds.number, digest, hand_in.folder, hand_in.warnings)
    return [*earlier, new]


def take_attempts(course: Course, unit: Unit, hand_ins: Iterable[HandIn]) -> None:
    """Keep what is new as attempts of the current round, as far as each student has some left."""
    rounds = rounds_of(course, unit)
    if rounds is None:
        return
    for hand_in in hand_ins:
        earlier = attempts_of(course, unit, hand_in.student)
        content = _new_content(hand_in, earlier, rounds)
        if content is not None:
            folder = _root(course) / str(len(earlier) + 1) / hand_in.student / unit.assignment
            _copy(hand_in, content, folder)
            record = {
                "round": rounds.number,
                "digest": _digest(content),
                "warnings": hand_in.warnings,
            }
            replace_text(_record(folder), json.dumps(record))


def attempts_to_judge(
    unit: Unit, course: Course, attempts: Mapping[str, Sequence[Attempt]]
) -> list[list[HandIn]]:
    """All of these attempts; each list has one round, and each student at most once.

    attempts: by student.
    """
    groups: dict[tuple[int, int], list[HandIn]] = {}
    for student, of_student in attempts.items():
        for attempt in of_student:
            place = groups.setdefault((attempt.round, attempt.number), [])
            place.append(_hand_in(attempt, student, unit, course))
    return list(groups.values())


def counted(
    hand_in: HandIn,
    attempts: Sequence[Attempt],
    unit: Unit,
    course: Course,
    result_of: Callable[[HandIn], Result | None],
) -> HandIn:
    """What counts of a student's attempts: `hand_in` itself where there are no rounds.

    result_of: the result of an attempt, None where there is none yet. Of equal attempts the later
    one counts.
    """
    rounds = rounds_of(course, unit)
    if rounds is None or not attempts:
        return hand_in
    chosen = attempts[-1]
    if rounds.counts == "best" and len(attempts) > 1:
        student = hand_in.student
        results = [result_of(_hand_in(attempt, student, unit, course)) for attempt in attempts]
        best = max(map(_points, results))
        equal = zip(results, attempts, strict=True)
        chosen = [attempt for result, attempt in equal if _points(result) == best][-1]
    remarks = [f"attempt {chosen.number} of {len(attempts)} counts ({rounds.counts})"]
    remarks = remarks if len(attempts) > 1 else []
    if _all_used(attempts, rounds) and _changed(hand_in, attempts) is not None:
        remarks.append(f"all {rounds.limit} attempts are used: what came later is not graded")
    return _hand_in(chosen, hand_in.student, unit, course).remarking(remarks)


def _new_content(
    hand_in: HandIn, earlier: Sequence[Attempt], rounds: Rounds | None
) -> bytes | None:
    """The bytes of the notebook, if it is an attempt more."""
    if rounds is None or _all_used(earlier, rounds):
        return None
    return _changed(hand_in, earlier)


def _all_used(attempts: Sequence[Attempt], rounds: Rounds) -> bool:
    return rounds.limit is not None and len(attempts) >= rounds.limit


def _changed(hand_in: HandIn, attempts: Sequence[Attempt]) -> bytes | None:
    """The bytes of the notebook, if they are others than those of the last attempt."""
    content = _content(hand_in.notebook)
    if content is None or (attempts and attempts[-1].digest == _digest(content)):
        return None
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _points(result: Result | None) -> float:
    return -1.0 if result is None or result.status is Status.GRADER_ERROR else result.points


def _hand_in(attempt: Attempt, student: str, unit: Unit, course: Course) -> HandIn:
    found = handed_in(student, attempt.folder, unit, course)
    warnings = found.warnings if attempt.warnings is None else attempt.warnings
    return replace(found, warnings=warnings, round=round_name(unit, attempt.round))


def _content(notebook: Path | None) -> bytes | None:
    """The bytes of a notebook; None for a link, a pipe, or what is too large to be one."""
    if notebook is None:
        return None
    try:
        descriptor = os.open(notebook, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        content = file.read(MAX_BYTES + 1)
    return content if len(content) <= MAX_BYTES else None


def _copy(hand_in: HandIn, content: bytes, folder: Path) -> None:
    """Make the folder whole or not at all."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    copy = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".attempt"))
    assert hand_in.notebook is not None
    (copy / hand_in.notebook.name).write_bytes(content)
    for name in RECEIPTS:
        text = read_small_file(hand_in.folder / name)
        if text is not None:
            (copy / name).write_text(text, encoding="utf-8")
    copy.rename(folder)


def _record(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.json")


def _root(course: Course) -> Path:
    return course.root / ".autograder" / "attempts"
