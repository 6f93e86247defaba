"""One submission as bytes, with all that judging it on another machine needs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from autograder.course import Course
from autograder.grading.judging import judging
from autograder.grading.notebook import InvalidNotebook
from autograder.grading.notebook_file import read_bytes
from autograder.grading.submission import GradingOptions
from autograder.processes.confined import Work
from autograder.units import Unit, unit_named


class Parcel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A submitted file, the unit's name, the released notebook, and the secret of course or round.

    The unit's checks do not travel: both machines have the same ones installed.
    """

    unit: str
    submitted: bytes
    released: bytes
    secret: bytes
    sandboxed: bool


@dataclass(frozen=True)
class _SentCourse(Course):
    """A course of which a released notebook is on this machine; its secret is on no disk of it."""

    sent: bytes = field(default=b"", repr=False)

    def secret(self) -> bytes:
        return self.sent


@dataclass(frozen=True)
class Unpacked:
    """A parcel's unit, and the work of judging its submission."""

    unit: Unit
    work: Work


def parcel_of(
    notebook: Path, unit: Unit, course: Course, options: GradingOptions
) -> Callable[[], bytes] | None:
    """What packs a submission once it is to be sent; None for a file that cannot be read."""
    try:
        read_bytes(notebook)
    except InvalidNotebook:
        return None

    def pack() -> bytes:
        parcel = Parcel(
            unit=unit.name,
            submitted=read_bytes(notebook),
            released=course.released(unit.assignment).read_bytes(),
            secret=course.secret(),
            sandboxed=options.sandboxed,
        )
        return msgspec.msgpack.encode(parcel)

    return pack


@contextmanager
def unpacked(content: bytes) -> Iterator[Unpacked]:
    """Lay out a parcel in a temporary course, which is removed again.

    Raises msgspec.ValidationError for other bytes, CourseError for a unit that is not installed.
    """
    parcel = msgspec.msgpack.decode(content, type=Parcel)
    unit = unit_named(parcel.unit)
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        course = _SentCourse(Path(folder), sent=parcel.secret)
        released = course.released(unit.assignment)
        released.parent.mkdir(parents=True)
        released.write_bytes(parcel.released)
        submitted = Path(folder, f"{unit.name}.ipynb")
        submitted.write_bytes(parcel.submitted)
        yield Unpacked(unit, judging(submitted, unit, course, GradingOptions(parcel.sandboxed)))
