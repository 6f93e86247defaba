"""What the names say in a download of Moodle, Canvas or ILIAS: whose a file is, and when it came.

Each of them names a student's folder or file in its own way:

* Moodle: `Anna Muster_4711_assignsubmission_file_`, a folder or the beginning of a file's name.
  Its number is another one in every assignment, and nobody's id.
* Canvas: `mustermax_LATE_4712_90210_notebook.ipynb`, last and first name in small letters, with
  the person's number and the upload's.
* ILIAS: a folder `Muster_Anna_login_4711`, in plain ASCII. Some versions let the files in it begin
  with 14 digits, their time.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)", re.S)
# An anonymous upload begins with `anon_`, and its number is nobody's.
_CANVAS = re.compile(
    r"(?!anon_)(?P<name>[^_]+)_(?P<late>LATE_)?(?P<number>\d+)_\d+_(?P<rest>.+)", re.S
)
# No name holds a digit: `2_policy_network_123` is the download of an assignment, no person.
_ILIAS = re.compile(r"(?P<last>[^_\d]+)_(?P<first>[^_\d]+)_(?P<login>.+)_(?P<number>\d+)")
_ILIAS_TIME = re.compile(r"(?P<time>20\d{12})_(?P<rest>.+)", re.S)


class System(str, Enum):
    """A learning management system whose downloads are understood."""

    MOODLE = "Moodle"
    CANVAS = "Canvas"
    ILIAS = "ILIAS"


@dataclass(frozen=True)
class Participant:
    """Somebody in a download, as the system names them.

    student: the id that this makes, where nobody else in the download has the same.
    """

    system: System
    student: str
    name: str
    number: str

    @property
    def person_number(self) -> str:
        """The system's own id of this person, in all assignments; empty in Moodle."""
        return "" if self.system is System.MOODLE else self.number

    @property
    def own_id(self) -> str:
        """An id that nobody else has: it holds the number."""
        return self.student if self.system is System.CANVAS else f"{self.student} {self.number}"


@dataclass(frozen=True)
class Upload:
    """One file of a download: whose it is, its name there, and when it came if that is known.

    late: the system says so. prefix: what the system's name for the upload begins with, a folder
    or the beginning of a file's name.
    """

    participant: Participant
    file: str
    time: str | None = None
    late: bool = False
    prefix: str = field(default="", compare=False)


def upload_of(path: Path) -> Upload | None:
    """What the path of a file within a download says; None if no student is named in it.

    The outermost part that names a student counts: what is below was in that student's archive.
    """
    parts = path.parts
    for place, part in enumerate(parts):
        upload = _in_part(part, parts[place + 1 :])
        if upload is not None:
            return upload
    return None


def uploads(extracted: Path) -> Iterator[Upload]:
    """All files of a download in which a student is named."""
    for place, folders, names in os.walk(extracted):
        folders.sort()
        for name in sorted(names):
            upload = upload_of(Path(place, name).relative_to(extracted))
            if upload is not None:
                yield upload


def _in_part(part: str, below: tuple[str, ...]) -> Upload | None:
    """What one part of a path says, given those below it."""
    if found := _MOODLE.fullmatch(part):
        name, rest = _tidy(found["name"]), found["rest"]
        participant = Participant(System.MOODLE, name, name, found["number"])
        return Upload(participant, _file(rest, *below), prefix=_prefix(part, rest, below))
    if (found := _CANVAS.fullmatch(part)) and found["name"] == found["name"].lower():
        name, number, rest = _tidy(found["name"]), found["number"], found["rest"]
        participant = Participant(System.CANVAS, f"{name}_{number}", name, number)
        prefix = part.removesuffix(rest)
        return Upload(participant, _file(rest, *below), None, bool(found["late"]), prefix)
    if below and (found := _ILIAS.fullmatch(part)):
        name = _tidy(f"{found['first']} {found['last']}")
        participant = Participant(System.ILIAS, _tidy(found["login"]), name, found["number"])
        timed = _ILIAS_TIME.fullmatch(below[0])
        if timed is None:
            return Upload(participant, _file(*below), prefix=f"{part}/")
        return Upload(
            participant, _file(timed["rest"], *below[1:]), timed["time"], prefix=f"{part}/"
        )
    return None


def _prefix(part: str, rest: str, below: tuple[str, ...]) -> str:
    """Moodle's name for an upload: a whole folder, or the beginning of a file's name."""
    return f"{part}/" if below and not rest else part.removesuffix(rest)


def _tidy(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))


def _file(*parts: str) -> str:
    return "/".join(part for part in parts if part)
