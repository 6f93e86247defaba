"""`nbgrader zip_collect`: archives of a download, unpacked whole or not at all, within limits."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from nbgrader.plugins import ExtractorPlugin

from autograder.gradebook.downloads import Participant, upload_of

#: What all archives of one student may hold together, unpacked, and any other single file.
MOST_BYTES, MOST_FILES = 64 << 20, 1_000
#: How many archives may stand within each other.
MOST_DEPTH = 4
_CHUNK = 1 << 20


class NotUnpacked(Exception):
    """An archive that is left as it is; the text says why."""


@dataclass
class Room:
    """What may still be unpacked: bytes, and files."""

    size: int = MOST_BYTES
    files: int = MOST_FILES

    def take_file(self) -> None:
        """Raise NotUnpacked if there may be no more."""
        self.files -= 1
        if self.files < 0:
            raise NotUnpacked(f"it holds more than {MOST_FILES} files")

    def take(self, size: int) -> None:
        """Raise NotUnpacked if so many bytes are too many."""
        self.size -= size
        if self.size < 0:
            raise NotUnpacked(f"it holds more than {MOST_BYTES >> 20} MiB")


@dataclass(frozen=True)
class Member:
    """An ordinary file in an archive: its name there, and how it is opened."""

    name: str
    open: Callable[[], IO[bytes] | None]


#: Puts a member of an archive into a folder.
Write = Callable[[Member, Path], None]


class SafeExtractor(ExtractorPlugin):
    """Unpacks what a learning management system gives out, and what students packed themselves.

    A student's archive that is broken, too large, or holds names that lead elsewhere stays as it
    is, and costs nobody else anything.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack or copy every file of a folder into another one."""
        source, target = Path(archive_path), Path(extracted_path)
        self._rooms: dict[Participant, Room] = defaultdict(Room)
        for place, _, names in os.walk(source):
            folder = target / Path(place).relative_to(source)
            folder.mkdir(parents=True, exist_ok=True)
            for name in sorted(names):
                copy = folder / name
                shutil.copy(Path(place, name), copy)
                if self._is_archive(copy):
                    self._unpack(copy, target, MOST_DEPTH)

    def _is_archive(self, path: Path) -> bool:
        return path.suffix in self.zip_ext and not path.is_symlink()

    def _unpack(self, archive: Path, root: Path, depth: int) -> None:
        """Unpack an archive beside itself, and those within it."""
        inside = archive.relative_to(root)
        upload = upload_of(inside)
        if upload is None:  # the download itself: a file that must stay out is no other student's
            write: Write = self._write_or_leave_out
        else:
            write = partial(write_into, self._rooms[upload.participant])
        try:
            unpack(archive, write)
        except NotUnpacked as error:
            self.log.error("%s: not unpacked, %s", inside, error)
            return
        for place, _, names in os.walk(archive.with_suffix("")):
            for path in (Path(place, name) for name in sorted(names)):
                if self._is_archive(path) and depth > 1:
                    self._unpack(path, root, depth - 1)

    def _write_or_leave_out(self, member: Member, folder: Path) -> None:
        try:
            write_into(Room(), member, folder)
        except NotUnpacked as error:
            self.log.error("%r: left out, %s", member.name, error)


def unpack(archive: Path, write: Write) -> None:
    """Unpack into the folder of the archive's name without its ending.

    write: what puts a member into a folder. Raises NotUnpacked, and leaves nothing, if the archive
    cannot be unpacked as a whole.
    """
    folder = archive.with_suffix("")
    if os.path.lexists(folder):
        raise NotUnpacked(f"{folder.name} is there already")
    made = Path(tempfile.mkdtemp(dir=archive.parent, prefix=".unpacking-"))
    try:
        with _members(archive) as members:
            for member in members:
                write(member, made)
        made.chmod(0o755)
        made.rename(folder)
    except NotUnpacked:
        raise
    except Exception as error:  # whatever is wrong with a stranger's archive
        raise NotUnpacked(f"it cannot be read ({type(error).__name__}: {error})") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def write_into(room: Room, member: Member, folder: Path) -> None:
    """Write a member of an archive into a folder. Raises NotUnpacked if it may not be written."""
    parts = PurePosixPath(member.name.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0]:
        raise NotUnpacked(f"{member.name!r} lies outside of it")
    room.take_file()
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    source = member.open()
    assert source is not None, "only ordinary files are members"
    with source, path.open("wb") as file:
        while piece := source.read(_CHUNK):
            try:
                room.take(len(piece))
            except NotUnpacked:
                path.unlink()
                raise
            file.write(piece)


@contextmanager
def _members(archive: Path) -> Iterator[Iterator[Member]]:
    """The ordinary files of an archive; links and devices are passed over."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped:
            yield (
                Member(info.filename, partial(zipped.open, info))
                for info in zipped.infolist()
                if not info.is_dir() and (info.external_attr >> 28) in (0, 0o10)
            )
    else:
        with tarfile.open(archive) as packed:
            yield (
                Member(one.name, partial(packed.extractfile, one))
                for one in packed
                if one.isfile() and _is_small(one)
            )


def _is_small(member: tarfile.TarInfo) -> bool:
    """Whether it may be passed: to pass over a large one is to unpack it."""
    if member.size > MOST_BYTES:
        raise NotUnpacked(f"{member.name!r} is larger than {MOST_BYTES >> 20} MiB")
    return True
