"""What the whole corpus earns, as data: `autograder record`, to be compared with a later one.

The corpus of a unit: its reference, the untouched notebook and its demonstration students, graded
in the sandbox; its mistakes, right answers and blind answers, asked in process, and a variant of
each right one. Secret and seed are fixed, so two recordings differ only where the grader, or the
corpus, has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle
from pathlib import Path

from tqdm import tqdm

from autograder.authoring.blind import answered, right_notebooks_of, wrong_answers_of
from autograder.authoring.build import units_with_source
from autograder.authoring.demonstration import build_class, has_students
from autograder.authoring.edits import (
    edited,
    mistakes_of,
    reference,
    right_answers_of,
    student_of,
)
from autograder.authoring.parallel import in_parallel
from autograder.authoring.records import Key, Record, plain_record, read_lines
from autograder.authoring.variants import VARIANTS, varied
from autograder.checks.judge import judge
from autograder.course import Course, CourseError
from autograder.grading.hand_ins import submissions
from autograder.grading.keys import grader_version
from autograder.grading.notebook import Submission
from autograder.grading.records import as_json
from autograder.grading.submission import GradingOptions, grade_file
from autograder.results import Result, Status, TaskResult
from autograder.units import Unit, unit_named, units_of
from autograder.units.sources import unit_sources

#: The usual seed with which answers are asked in process.
SEED = 1
#: The first line of a recording: what it was made of.
VERSION = "version"


class RecordedCourse(Course):
    """A course whose secret is the same in every recording; nobody is marked with it."""

    def secret(self) -> bytes:
        """The secret of recordings."""
        return b"\x5e" * 32


@dataclass(frozen=True)
class Entry:
    """One answer of the corpus. path: its notebook, of a demonstration's student.

    variant: how it is changed (`autograder.authoring.variants`), of a right answer.
    task: where it is wrong, of a mistake or a wrong answer.
    """

    unit: str
    kind: str
    name: str
    path: Path | None = None
    variant: str | None = None
    task: str | None = None

    @property
    def key(self) -> Key:
        """How recordings call it: `dqn/mistake/no_target_network`, `dqn/right/loops/renamed`."""
        key = f"{self.unit}/{self.kind}/{self.name}"
        return f"{key}/{self.variant}" if self.variant else key


def record(
    course: Course,
    file: Path,
    units: Sequence[Unit] = (),
    jobs: int | None = None,
    seed: int = SEED,
) -> tuple[int, int]:
    """Record the corpus of these units (default: all) as lines of JSON; (recorded now, before).

    seed: with which the checks draw their questions. With another than the usual one, right answers
    are asked as they are, and wrong ones at their own task. What is graded in the sandbox has a
    seed of its own.
    Each line is on disk as soon as it is known, and an interrupted recording goes on with what is
    left. Raises CourseError if the file was begun with another grader or another corpus.
    """
    chosen = list(units) or units_with_source(course)
    done = _continued(file, f"{_version(course)} seed {seed}")
    with tempfile.TemporaryDirectory(prefix="recording-") as temporary:
        entries = [entry for unit in chosen for entry in corpus(course, unit, Path(temporary))]
        if seed != SEED:
            entries = [entry for entry in entries if entry.kind in _ASKED and not entry.variant]
        left = [entry for entry in entries if entry.key not in done]
        results = in_parallel(partial(recorded, course.root, seed=seed), left, jobs)
        with file.open("a", encoding="utf-8") as lines:
            for key, result in tqdm(results, total=len(left), desc="recording", unit="answer"):
                lines.write(json.dumps([key, result]) + "\n")
                lines.flush()
    return len(left), len(entries) - len(left)


def corpus(course: Course, unit: Unit, folder: Path) -> list[Entry]:
    """All answers to a unit. folder: where its demonstration class is built."""
    known = known_answers(course, unit)
    right = [entry for entry in known if entry.task is None]
    variants = [
        replace(entry, variant=variant)
        for entry, variant in zip(right, cycle(VARIANTS), strict=False)
    ]
    entries = [Entry(unit.name, kind, kind) for kind in ("reference", "untouched")]
    entries += [*known, *variants]
    if has_students(course, unit):
        run = build_class(course, unit, folder / unit.assignment)
        entries += [
            Entry(unit.name, "demo", handed.student, handed.notebook)
            for handed in submissions(run, unit)
        ]
    return entries


def known_answers(course: Course, unit: Unit) -> list[Entry]:
    """What is asked in process: the mistakes, right answers and blind answers of a unit."""
    entries = [
        Entry(unit.name, "mistake", known.name, task=known.task)
        for known in mistakes_of(unit, course)
    ]
    entries += [
        Entry(unit.name, "blind wrong", known.name, task=str(known.task))
        for known in wrong_answers_of(unit, course)
    ]
    entries += [Entry(unit.name, "right", known.name) for known in right_answers_of(unit, course)]
    entries += [
        Entry(unit.name, "blind right", known.name) for known in right_notebooks_of(unit, course)
    ]
    return entries


def recorded(root: Path, entry: Entry, seed: int = SEED) -> tuple[Key, Record]:
    """The record of one answer; a fault of our own stands in its status."""
    try:
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
            result = _result(RecordedCourse(root), unit_named(entry.unit), entry, seed)
    except Exception as error:
        status = f"not graded: {type(error).__name__}: {error}"
        return entry.key, {"status": status, "mean": None, "tasks": []}
    return entry.key, plain_record(as_json(result))


def asked(
    course: Course, unit: Unit, entry: Entry, tasks: Collection[str], seed: int = SEED
) -> list[TaskResult]:
    """What an answer that is asked in process earns at these tasks."""
    student = student_of(_submission(course, unit, entry), unit)
    return [judge(task, student, seed) for task in unit.tasks if task.name in tasks]


def _result(course: Course, unit: Unit, entry: Entry, seed: int) -> Result:
    if entry.kind in _ASKED:
        tasks = {task.name for task in unit.tasks}
        if seed != SEED and entry.task in tasks:
            tasks = {entry.task}
        return Result(unit.name, Status.OK, tuple(asked(course, unit, entry, tasks, seed)))
    notebook = entry.path or _notebook(course, unit, entry.kind)
    return grade_file(notebook, unit, course, GradingOptions())


def _submission(course: Course, unit: Unit, entry: Entry) -> Submission:
    submission = _ASKED[entry.kind](course, unit, entry.name)
    return varied(submission, entry.variant) if entry.variant else submission


def _mistake(course: Course, unit: Unit, name: str) -> Submission:
    (known,) = [known for known in mistakes_of(unit, course) if known.name == name]
    return edited(reference(unit, course), known.edits)


def _right(course: Course, unit: Unit, name: str) -> Submission:
    (known,) = [known for known in right_answers_of(unit, course) if known.name == name]
    return edited(reference(unit, course), known.edits)


def _blind_wrong(course: Course, unit: Unit, name: str) -> Submission:
    (known,) = [known for known in wrong_answers_of(unit, course) if known.name == name]
    return answered(reference(unit, course), known)


def _blind_right(course: Course, unit: Unit, name: str) -> Submission:
    (known,) = [known for known in right_notebooks_of(unit, course) if known.name == name]
    return answered(reference(unit, course), known)


#: The kinds of answers that are asked in process.
_ASKED: dict[str, Callable[[Course, Unit, str], Submission]] = {
    "mistake": _mistake,
    "right": _right,
    "blind wrong": _blind_wrong,
    "blind right": _blind_right,
}


def _notebook(course: Course, unit: Unit, kind: str) -> Path:
    solved = course.source(unit.assignment).with_suffix(".ipynb")
    return solved if kind == "reference" else course.released(unit.assignment)


def _version(course: Course) -> str:
    """A digest of the grader and of the course's corpus."""
    digest = hashlib.sha256(grader_version().encode())
    for unit in units_of(course):
        for path in unit_sources(unit):
            digest.update(path.read_bytes())
    folders = (course.root / "solutions", course.root / "course")
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix in (".py", ".ipynb", ".yaml") and path.is_file():
            digest.update(str(path.relative_to(course.root)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _continued(file: Path, version: str) -> set[Key]:
    """The keys that are recorded already; a line that was cut off by an interruption goes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(json.dumps([VERSION, version]) + "\n", encoding="utf-8")
        return set()
    lines = dict(read_lines(file))
    if lines.get(VERSION) != version:
        raise CourseError(
            f"{file} was recorded with another grader or another corpus. "
            "Name another file, or delete it."
        )
    whole = "".join(f"{json.dumps(line)}\n" for line in lines.items())
    file.write_text(whole, encoding="utf-8")
    return set(lines) - {VERSION}
