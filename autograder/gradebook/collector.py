"""`nbgrader collect` that takes from the exchange only what a student may hand in.

Anybody can write into the exchange's inbound folder. nbgrader copies what lies there with the
instructor's rights and follows links: to the instructor's own solution, for instance.
"""

from __future__ import annotations

import fnmatch
import os
import pwd
import shutil
import stat
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.exchange.default.collect import ExchangeCollect
from nbgrader.utils import check_mode

from autograder.gradebook.address import Address
from autograder.grading.hand_ins import is_student_id
from autograder.grading.notebook_file import MAX_BYTES
from autograder.grading.timestamps import NotATime, known_time, moment

MAX_FILES = 200
MAX_DEPTH = 6
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Inbound:
    """A folder in the exchange: whose it says it is, and from when."""

    folder: Path
    student: str
    timestamp: datetime


@dataclass
class Copying:
    """One submission on its way: what may be taken, and what was left out and why."""

    owner: int
    bytes_left: int
    files_left: int = MAX_FILES
    left_out: list[str] = field(default_factory=list)


class SafeCollect(ExchangeCollect):
    """nbgrader's collecting, of single-linked regular files that belong to the student.

    They are copied into folders that are closed to everybody else, and an earlier submission is
    only replaced when the new one is there as a whole.
    """

    def init_src(self) -> None:
        """Find each student's latest submission, or the latest one before the due date."""
        if not self.coursedir.course_id:
            self.fail("No course id specified. Re-run with --course flag.")
        self.course_path = os.path.join(self.root, self.coursedir.course_id)
        self.inbound_path = os.path.join(self.course_path, "inbound")
        if not check_mode(self.inbound_path, read=True, execute=True):
            self.fail(f"You cannot read the exchange's inbound folder: {self.inbound_path}")
        by_student: dict[str, list[Inbound]] = defaultdict(list)
        for inbound in self._inbound(Path(self.inbound_path)):
            by_student[inbound.student].append(inbound)
        due = self._due_date() if self.before_duedate else None
        self.src_records = []
        for found in by_student.values():
            in_time = [one for one in found if due is None or one.timestamp <= due]
            self.src_records.append(max(in_time or found, key=lambda one: one.timestamp))

    def copy_files(self) -> None:
        """Copy them. Fails at the end, after everybody is collected, if anything was left out."""
        incomplete = 0
        if not self.src_records:
            self.log.warning("No submissions of '%s' to collect", self.coursedir.assignment_id)
        for record in sorted(self.src_records, key=lambda one: one.student):
            problems = self._collect(record)
            for problem in problems:
                self.log.error("%s: %s", record.folder.name, problem)
            incomplete += bool(problems)
        if incomplete:
            self.fail(f"{incomplete} submissions were not collected as they lie there: see above.")

    def _inbound(self, folder: Path) -> Iterator[Inbound]:
        """The folders of this assignment; one with another name costs nobody else anything."""
        wanted = self.coursedir.student_id or "*"
        for path in sorted(folder.iterdir()):
            parts = path.name.rsplit("+", 3)
            if len(parts) < 3 or parts[1] != self.coursedir.assignment_id:
                # A name may hold a plus sign itself: then the random part at the end is missing.
                parts = path.name.rsplit("+", 2)
            if len(parts) < 3 or parts[1] != self.coursedir.assignment_id:
                continue
            student = parts[0]
            try:
                when = moment(parts[2])
            except NotATime as error:
                self.log.error("%s: no time in its name, left out (%s)", path.name, error)
                continue
            if not is_student_id(student):
                self.log.error("%r: not a student's name, left out", path.name)
            elif fnmatch.fnmatchcase(student, wanted):
                yield Inbound(path, student, when)

    def _due_date(self) -> datetime | None:
        with Address.of(self.coursedir).open() as gradebook:
            try:
                due: datetime | None = gradebook.find_assignment(
                    self.coursedir.assignment_id
                ).duedate
            except MissingEntry:
                return None
        return due

    def _collect(self, record: Inbound) -> list[str]:
        """Copy one submission if it is new; what was left out of it."""
        submitted, assignment = self.coursedir.submitted_directory, self.coursedir.assignment_id
        target = Path(self.coursedir.format_path(submitted, record.student, assignment))
        for folder in (target.parent.parent, target.parent):
            try:
                problem = self._closed(folder)
            except OSError as error:
                problem = f"{folder} cannot be closed to others: {error.strerror}"
            if problem:
                return [problem]
        if target.is_dir() and not self._is_newer(record, target):
            self.log.info("Nothing newer to collect: %s %s", record.student, assignment)
            return []
        with _beside(target) as copy:
            problems = self._copy(record, copy)
            if problems is None:
                return [f"not owned by {record.student}: left where it is"]
            self._close(copy)
            self.log.info("Collecting submission: %s %s", record.student, assignment)
            _replace(copy, target)
        return problems

    def _closed(self, folder: Path) -> str | None:
        """Make a folder, or close one that is open; why it cannot be used, or None.

        Whoever can write into it, or owns it, can replace what is collected.
        """
        folder.mkdir(mode=self._mode(0o700), parents=True, exist_ok=True)
        owner, mode = folder.lstat().st_uid, folder.stat().st_mode
        own = owner in (os.geteuid(), os.stat(self.coursedir.root).st_uid)
        is_open = bool(mode & stat.S_IRWXO)
        if not own and (is_open or not self.coursedir.groupshared):
            return f"{folder} belongs to {_name_of(owner)}, who can change what is in it"
        if is_open:
            folder.chmod(self._mode(0o700))
        return None

    def _is_newer(self, record: Inbound, target: Path) -> bool:
        existing = known_time(target)
        if self.update and (existing is None or record.timestamp > existing):
            return True
        return bool(self.before_duedate) and existing != record.timestamp

    def _copy(self, record: Inbound, copy: Path) -> list[str] | None:
        """Copy what may be taken; None if the folder itself is not the student's."""
        try:
            descriptor = os.open(record.folder, _FLAGS | os.O_DIRECTORY)
        except OSError:
            return None
        try:
            owner = os.fstat(descriptor).st_uid
            if self.check_owner and _name_of(owner) != record.student:
                return None
            state = Copying(owner, bytes_left=1000 * self.coursedir.max_dir_size)
            self._copy_folder(descriptor, Path(), copy, state)
            return state.left_out
        finally:
            os.close(descriptor)

    def _copy_folder(self, folder: int, inside: Path, copy: Path, state: Copying) -> None:
        for name in sorted(os.listdir(folder)):
            path = inside / name
            if any(fnmatch.fnmatch(name, pattern) for pattern in self.coursedir.ignore):
                continue
            try:
                descriptor = os.open(name, _FLAGS, dir_fd=folder)
            except OSError:
                state.left_out.append(f"{path} is a link or cannot be read: left out")
                continue
            try:
                status = os.fstat(descriptor)
                if stat.S_ISDIR(status.st_mode) and len(path.parts) <= MAX_DEPTH:
                    (copy / path).mkdir(mode=0o700)
                    self._copy_folder(descriptor, path, copy, state)
                    continue
                problem = _refused(status, state)
                if problem:
                    state.left_out.append(f"{path} {problem}: left out")
                    continue
                state.files_left -= 1
                state.bytes_left -= _copy_file(descriptor, copy / path)
            finally:
                os.close(descriptor)

    def _close(self, copy: Path) -> None:
        for place, _, files in os.walk(copy):
            os.chmod(place, self._mode(0o700))
            for name in files:
                os.chmod(Path(place, name), self._mode(0o600))

    def _mode(self, own: int) -> int:
        """The permissions for oneself alone, or in a course of several for their group as well."""
        if not self.coursedir.groupshared:
            return own
        return 0o2770 if own & 0o100 else 0o660


def _refused(status: os.stat_result, state: Copying) -> str | None:
    """Why a file may not be taken, or None."""
    if not stat.S_ISREG(status.st_mode):
        return "is not an ordinary file"
    if status.st_nlink != 1:
        return "is a hard link to another file"
    if status.st_uid != state.owner:
        return f"belongs to {_name_of(status.st_uid)}"
    if status.st_size > min(MAX_BYTES, state.bytes_left):
        return f"is too large ({status.st_size >> 20} MiB)"
    return None if state.files_left else f"is one of more than {MAX_FILES} files"


def _copy_file(descriptor: int, target: Path) -> int:
    """Copy at most as much as is allowed, however the file grows meanwhile; its bytes.

    The copy keeps the file's time: what is collected once more is not new for whoever watches.
    """
    with open(os.dup(descriptor), "rb") as source:
        data = source.read(MAX_BYTES)
    target.write_bytes(data)
    modified = os.fstat(descriptor).st_mtime_ns
    os.utime(target, ns=(modified, modified))
    return len(data)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """An empty folder on the same file system, gone afterwards unless it was moved."""
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=".collecting-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replace(copy: Path, target: Path) -> None:
    """Put the copy in the target's place; the target is gone only once the copy is whole."""
    if target.is_dir():
        old = Path(tempfile.mkdtemp(dir=target.parent, prefix=".replaced-"))
        target.rename(old / target.name)
        copy.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        copy.rename(target)
