"""What each student of a class wrote, read in processes of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
import nbformat

from autograder.course import Course
from autograder.grading.cell_names import is_solution, name_of, same_text
from autograder.grading.hand_ins import HandIn
from autograder.grading.judging import READING
from autograder.grading.notebook import Skeleton, read_skeleton, read_submission
from autograder.processes.confined import End, Outcome, Report
from autograder.processes.pool import Job, Pool
from autograder.similarity.pairs import Pieces
from autograder.similarity.pieces import pieces_of
from autograder.units import Unit


class Answers(msgspec.Struct, frozen=True):
    """A student's edited answers: their pieces by exercise; and all code, as one program."""

    pieces: dict[str, list[int]]
    code: str


@dataclass(frozen=True)
class ClassAnswers:
    """The answers of a class by student. unread: why those of the others could not be read."""

    answers: dict[str, Answers] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    @property
    def pieces(self) -> dict[str, dict[str, Pieces]]:
        """Each student's pieces by exercise."""
        return {
            student: {name: frozenset(pieces) for name, pieces in one.pieces.items()}
            for student, one in self.answers.items()
        }


def read_answers(
    course: Course, unit: Unit, hand_ins: Iterable[HandIn], jobs: int | None = None
) -> ClassAnswers:
    """Read what was handed in; a file that cannot be read harms no other."""
    skeleton = read_skeleton(course.released(unit.assignment))
    found = ClassAnswers()
    with Pool(jobs) as pool:
        for hand_in in hand_ins:
            if hand_in.notebook is not None:
                work = partial(_read, hand_in.notebook, skeleton)
                done = partial(_take, found, hand_in.student)
                pool.add(Job(f"reading {hand_in.student}", work, READING, done))
        pool.run()
    return found


def known_answers(course: Course, unit: Unit) -> dict[str, list[Pieces]]:
    """What everybody starts from, and the reference's solution if the course has it."""
    known: dict[str, list[Pieces]] = {}
    solved = course.source(unit.assignment).with_suffix(".ipynb")
    for path in (course.released(unit.assignment), solved):
        if path.is_file():
            for cell in nbformat.read(path, as_version=4).cells:
                if is_solution(cell):
                    pieces = pieces_of(cell.cell_type, cell.source)
                    known.setdefault(name_of(cell), []).append(pieces)
    return known


def released_code(course: Course, unit: Unit) -> str:
    """The stubs of the exercises, as one program."""
    cells = nbformat.read(course.released(unit.assignment), as_version=4).cells
    return _program(
        (name_of(cell), cell.source)
        for cell in cells
        if is_solution(cell) and cell.cell_type == "code"
    )


def _read(notebook: Path, skeleton: Skeleton, report: Report) -> bytes:
    submission, released = read_submission(notebook, skeleton), skeleton.released
    pieces = {
        cell.name: sorted(pieces_of(cell.cell_type, cell.source))
        for cell in submission.cells
        if cell.solution and not same_text(cell.source, released[cell.name].source)
    }
    own = [cell for cell in submission.cells if cell.solution or cell.added]
    code = _program((cell.name, cell.source) for cell in own if cell.cell_type == "code")
    return msgspec.json.encode(Answers(pieces, code))


def _take(found: ClassAnswers, student: str, outcome: Outcome) -> None:
    if outcome.end is End.DONE:
        found.answers[student] = msgspec.json.decode(outcome.value, type=Answers)
    else:
        found.unread[student] = outcome.detail


def _program(cells: Iterable[tuple[str, str]]) -> str:
    return "\n\n".join(f"# {name}\n{source.rstrip()}" for name, source in cells) + "\n"
