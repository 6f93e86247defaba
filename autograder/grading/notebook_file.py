"""A notebook file as data: its cells as plain text, whatever the file is."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_BYTES = 20 << 20
MAX_CELLS = 2_000
MAX_SOURCE = 200_000
MAX_PICTURE_NAME = 200
#: Lists and maps: each takes about sixty bytes once it is read, whatever it holds.
MAX_PARTS = 500_000
#: Cells with this tag only train or show something: the grader does not run them.
NOT_GRADED = "not-graded"

_TYPES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_DATA = r"data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/=]*)"
#: A picture that stands in the Markdown itself, as Colab pastes it, or in an HTML tag.
_INLINE = re.compile(rf"!\[([^\[\]\n]{{0,200}})\]\({_DATA}\)")
_TAG = re.compile(rf"<img\s[^<>]{{0,500}}?\bsrc\s*=\s*([\"']){_DATA}\1[^<>]{{0,500}}>")


class InvalidNotebook(Exception):
    """The file is not a notebook that can be graded; the text says why, in one line."""


@dataclass(frozen=True)
class Picture:
    """A picture pasted into a Markdown cell: `![](attachment:name)` shows it. data: base64."""

    name: str
    mime_type: str
    data: str


@dataclass(frozen=True)
class RawCell:
    """A cell as it stands in the submitted file: nothing but text."""

    cell_type: str
    source: str
    grade_id: str | None = None
    cell_id: str | None = None
    not_graded: bool = False
    pictures: tuple[Picture, ...] = ()


def read_cells(path: Path) -> list[RawCell]:
    """The cells of a notebook file of any version of the format.

    Raises InvalidNotebook for a file that is no notebook, too large, or not an ordinary file.
    """
    data = read_bytes(path)
    if data.count(b"[") + data.count(b"{") > MAX_PARTS:
        raise InvalidNotebook("it has more parts than a notebook can have")
    try:
        notebook = json.loads(data)  # in UTF-8, -16 or -32, with or without a byte order mark
    except (ValueError, RecursionError):
        raise InvalidNotebook("it is not JSON, so it is not a notebook") from None
    if not isinstance(notebook, dict):
        raise InvalidNotebook("it is JSON, but not a notebook")
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):  # nbformat 3
        cells = [
            cell
            for sheet in notebook["worksheets"]
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
        ]
    if not isinstance(cells, list):
        raise InvalidNotebook("it has no cells")
    if len(cells) > MAX_CELLS:
        raise InvalidNotebook(f"it has {len(cells)} cells, more than the {MAX_CELLS} allowed")
    return [_raw_cell(cell) for cell in cells if isinstance(cell, dict)]


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file of allowed size.

    Raises InvalidNotebook for any other, for links and for devices.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InvalidNotebook(f"it cannot be opened: {error.strerror}") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise InvalidNotebook("it is not an ordinary file")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_nlink > 1:
            raise InvalidNotebook("it is a hard link to another file")
        if status.st_size > MAX_BYTES:
            raise InvalidNotebook(
                f"it is {status.st_size >> 20} MiB large, more than the {MAX_BYTES >> 20} allowed: "
                "clear its outputs and hand it in again"
            )
        return file.read(MAX_BYTES + 1)


def _raw_cell(cell: dict[str, Any]) -> RawCell:
    source = _text(cell)
    pictures: list[Picture] = []
    cell_type = cell.get("cell_type")
    if cell_type not in ("code", "markdown", "raw"):
        cell_type = "raw"
    if cell_type == "markdown":
        source, pictures = _inline_pictures(source)
        pictures += _attachments(cell.get("attachments"))
    # Lone surrogates cannot be encoded, NUL cannot be compiled; line ends are the platform's.
    source = source[:MAX_SOURCE].encode("utf-8", "replace").decode("utf-8")
    source = source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    cell_id = cell.get("id", metadata.get("id"))  # Colab keeps it in the metadata
    tags = metadata.get("tags")
    return RawCell(
        cell_type,
        source,
        grade_id if isinstance(grade_id, str) else None,
        cell_id if isinstance(cell_id, str) else None,
        isinstance(tags, list) and NOT_GRADED in tags,
        tuple(pictures),
    )


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _inline_pictures(source: str) -> tuple[str, list[Picture]]:
    """The text with a reference in place of each picture in it, and the pictures."""
    pictures: list[Picture] = []

    def reference(text: str, mime_type: str, data: str) -> str:
        picture = Picture(f"inline-{len(pictures) + 1}", mime_type, data)
        pictures.append(picture)
        return f"![{text}](attachment:{picture.name})"

    source = _INLINE.sub(lambda found: reference(found[1], found[2], found[3]), source)
    source = _TAG.sub(lambda found: reference("", found[2], found[3]), source)
    return source, pictures


def _attachments(attachments: Any) -> list[Picture]:
    """The pictures among a cell's attachments."""
    pictures = []
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        for mime_type, data in kinds.items() if isinstance(kinds, dict) else ():
            if isinstance(data, list):
                data = "".join(part for part in data if isinstance(part, str))
            known = mime_type in _TYPES and len(name) <= MAX_PICTURE_NAME and name.isprintable()
            if known and isinstance(data, str) and _BASE64.fullmatch(data):
                pictures.append(Picture(name, mime_type, "".join(data.split())))
    return pictures
