"""`nbgrader zip_collect` for what Moodle, Canvas and ILIAS let an instructor download.

Each of them names a student's folder or file in its own way:

* Moodle: `Anna Muster_4711_assignsubmission_file_`, a folder or the beginning of a file's name.
  Its number is another one in every assignment: the name is the student's id.
* Canvas: `mustermax_LATE_4712_90210_notebook.ipynb`, with the person's number and the upload's.
* ILIAS: a folder `Muster_Anna_login_4711`, in it files that begin with 14 digits, their time.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from nbgrader.plugins import FileNameCollectorPlugin
from traitlets import Unicode

from autograder.grading.hand_ins import is_student_id
from autograder.grading.notebook_file import MAX_BYTES

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)", re.S)
_CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<user>\d+)_\d+_(?P<rest>.+)", re.S)
_ILIAS = re.compile(r"(?P<last>[^_]+)_(?P<first>[^_]+)_(?P<login>.+)_(?P<user>\d+)")
_ILIAS_TIME = re.compile(r"(?P<time>20\d{12})_(?P<rest>.+)", re.S)
#: What systems and editors put into folders by themselves.
_JUNK = re.compile(r"(^|/)(__MACOSX|\.[^/]*|Thumbs\.db|desktop\.ini)(/|$)")


#: What nbgrader's own exchange writes beside a notebook. In an upload it is the student's word.
RECEIPTS = ("timestamp.txt", "submission_secret.txt")


@dataclass(frozen=True)
class Upload:
    """One file of a download: whose it is, its name there, and when it came if that is known.

    number: the system's own number of this participant. prefix: what the system's name for the
    upload begins with, a folder or the beginning of a file's name.
    """

    student: str
    number: str
    file: str
    time: str | None = None
    prefix: str = field(default="", compare=False)


@dataclass(frozen=True)
class Uploader:
    """Whoever has a file in a download: the system's number and name of their upload."""

    number: str
    prefix: str


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


def _in_part(part: str, below: tuple[str, ...]) -> Upload | None:
    """What one part of a path says, given those below it."""
    if found := _MOODLE.fullmatch(part):
        upload = _upload(found["name"], found["number"], (found["rest"], *below))
        return replace(upload, prefix=_prefix(part, found["rest"], below))
    if found := _CANVAS.fullmatch(part):
        name = f"{found['name']}_{found['user']}"
        upload = _upload(name, found["user"], (found["rest"], *below))
        return replace(upload, prefix=part.removesuffix(found["rest"]))
    if below and (found := _ILIAS.fullmatch(part)):
        timed = _ILIAS_TIME.fullmatch(below[0])
        if timed is None:
            upload = _upload(found["login"], found["user"], below)
        else:
            file = (timed["rest"], *below[1:])
            upload = _upload(found["login"], found["user"], file, timed["time"])
        return replace(upload, prefix=f"{part}/")
    return None


def _prefix(part: str, rest: str, below: tuple[str, ...]) -> str:
    """Moodle's name for an upload: a whole folder, or the beginning of a file's name."""
    return f"{part}/" if below and not rest else part.removesuffix(rest)


def uploaders(extracted: Path) -> dict[str, Uploader]:
    """All students with a file in a download, by their id in this course."""
    numbers = _numbers_of_names(extracted)
    found: dict[str, Uploader] = {}
    for path in _files(extracted):
        upload = upload_of(path.relative_to(extracted))
        if upload is not None:
            student = _student_id(upload, numbers)
            found.setdefault(student, Uploader(upload.number, upload.prefix))
    return found


def _numbers_of_names(extracted: Path) -> dict[str, set[str]]:
    """The participants of each name in a download."""
    numbers: dict[str, set[str]] = defaultdict(set)
    for path in _files(extracted):
        upload = upload_of(path.relative_to(extracted))
        if upload is not None:
            numbers[upload.student].add(upload.number)
    return numbers


def _student_id(upload: Upload, numbers: Mapping[str, set[str]]) -> str:
    """The student's id: the name, with the number where two people have the same."""
    alone = len(numbers[upload.student]) == 1
    return upload.student if alone else f"{upload.student} {upload.number}"


class LmsCollector(FileNameCollectorPlugin):
    """Knows the three systems' names; `named_regexp`, where it is set, goes before them."""

    timezone = Unicode(
        "UTC", help="The time zone of the times in ILIAS's file names, as in Europe/Berlin."
    ).tag(config=True)

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """What nbgrader wants to know of one file; None, and a warning, if it is left out."""
        if self.named_regexp:
            own: dict[str, str] | None = super().collect(submitted_file)
            return own
        path = Path(submitted_file)
        extracted = self._extracted()
        inside = path.relative_to(extracted)
        unpacked = path.with_suffix("").is_dir()  # an archive, whose files are beside it by now
        if _JUNK.search(inside.as_posix()) or unpacked or path.is_symlink() or not path.is_file():
            return None
        if path.stat().st_size > MAX_BYTES:
            self.log.warning("Larger than %s MiB, left out: %s", MAX_BYTES >> 20, inside)
            return None
        upload = upload_of(inside)
        if upload is None:
            self.log.warning("No student is named in %s: left out", inside)
            return None
        if Path(upload.file).name in RECEIPTS:
            self.log.warning("The time of an upload is the system's, left out: %s", inside)
            return None
        student = self._student(upload, extracted)
        if not is_student_id(student):
            self.log.error("Not a student's name, left out: %r in %s", student, inside)
            return None
        collected = {"student_id": student, "file_id": upload.file}
        if upload.time:
            collected["timestamp"] = self._in_utc(upload.time)
        return collected

    def _student(self, upload: Upload, extracted: Path) -> str:
        if not hasattr(self, "_numbers"):
            self._numbers = _numbers_of_names(extracted)
        student = _student_id(upload, self._numbers)
        if student != upload.student:
            self.log.warning("Several people are called %s: this is %s", upload.student, student)
        return student

    def _extracted(self) -> Path:
        app = self.parent
        return Path(app._format_collect_path(app.extracted_directory))

    def _in_utc(self, digits: str) -> str:
        local = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=ZoneInfo(self.timezone))
        return local.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def _upload(student: str, number: str, file: tuple[str, ...], time: str | None = None) -> Upload:
    name = unicodedata.normalize("NFC", " ".join(student.split()))
    return Upload(name, number, "/".join(part for part in file if part), time)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(place, name) for name in sorted(names))
