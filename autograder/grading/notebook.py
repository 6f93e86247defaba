"""A submitted notebook is data: its cells are taken by their known ids, into the released skeleton.

The rules, each with a warning for the instructor where it applies:

* a cell of the skeleton that is not the student's to write (locked, or given) runs as released;
  an edited copy of a given cell runs after it, as a cell that the student added;
* a solution cell is found by its nbgrader id, or else by its cell id; its type and flags are the
  skeleton's whatever the notebook says;
* a given cell is found by its cell id, or else, where a program has dropped the ids, by its text;
* of a duplicated solution cell the last one that is not the untouched stub counts;
* a deleted solution cell is empty: its exercise is not solved;
* cells run in the order of the skeleton, wherever they were moved;
* an added code cell runs right after the known cell that it follows, unless it is tagged
  `not-graded`, as a copy of a training cell is.
"""

from __future__ import annotations

import copy
import json
import os
import re
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

MAX_BYTES = 20 << 20
MAX_CELLS = 2_000
MAX_SOURCE = 200_000
#: Lists and maps: each takes some sixty bytes once it is read, whatever it holds.
MAX_PARTS = 500_000
#: Cells with this tag only train or show something: the grader does not run them.
NOT_GRADED = "not-graded"
CHECK = re.compile(r"""check\(\s*["']([a-z_0-9]+)/""")


class InvalidNotebook(Exception):
    """The file is not a notebook that can be graded; the text says why, in one line."""


@dataclass(frozen=True)
class SubmittedCell:
    """A cell of a submission in its place in the skeleton.

    name: the nbgrader id or cell id of the skeleton's cell, or `added-N`.
    solution: the student's answer to an exercise. runs: the grader executes it.
    """

    name: str
    cell_type: str
    source: str
    solution: bool = False
    added: bool = False
    runs: bool = False


@dataclass(frozen=True)
class Skeleton:
    """A released notebook."""

    unit: str
    notebook: NotebookNode

    @property
    def solution_names(self) -> frozenset[str]:
        """The nbgrader ids of the cells that students write."""
        return frozenset(_name(cell) for cell in self.notebook.cells if _is_solution(cell))


@dataclass(frozen=True)
class Submission:
    """What a student handed in, cleaned."""

    cells: tuple[SubmittedCell, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Raw:
    """A cell as it stands in the submitted file: nothing but text."""

    cell_type: str
    source: str
    grade_id: str | None
    cell_id: str | None
    not_graded: bool


def read_skeleton(path: Path) -> Skeleton:
    """Read a released notebook. Raises InvalidNotebook if it is not there or not readable."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise InvalidNotebook(
            f"the released notebook {path.name} cannot be read: {error}"
        ) from None
    return Skeleton(path.stem, notebook)


def unit_of(path: Path) -> str | None:
    """The unit that most check cells of a notebook belong to, or None.

    Raises InvalidNotebook if the file is not a notebook.
    """
    return _unit_of(_read_cells(path))


def read_submission(path: Path, skeleton: Skeleton) -> Submission:
    """Read what a student handed in and put it into the skeleton's order.

    Raises InvalidNotebook for a file that is no notebook, or one of another unit.
    """
    raw = _read_cells(path)
    unit = _unit_of(raw)
    if unit is not None and unit != skeleton.unit:
        raise InvalidNotebook(f"this is a notebook of the unit {unit}, not of {skeleton.unit}")
    known = {_name(cell): cell for cell in skeleton.notebook.cells}
    if not any((cell.grade_id or cell.cell_id) in known for cell in raw):
        raise InvalidNotebook(f"none of its cells belong to the unit {skeleton.unit}")
    return _splice(raw, skeleton, known)


def untouched(skeleton: Skeleton) -> Submission:
    """The skeleton as if a student had handed it in without writing a line."""
    return Submission(tuple(_given(cell) for cell in skeleton.notebook.cells))


def spliced_notebook(skeleton: Skeleton, submission: Submission) -> NotebookNode:
    """The released notebook with the student's cells; metadata and flags stay the skeleton's."""
    notebook = copy.deepcopy(skeleton.notebook)
    released = {_name(cell): cell for cell in notebook.cells}
    cells = []
    for submitted in submission.cells:
        if submitted.added:
            cells.append(_added_cell(submitted))
            continue
        cell = released[submitted.name]
        cell.source = submitted.source
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
        cells.append(cell)
    notebook.cells = cells
    return notebook


def _added_cell(submitted: SubmittedCell) -> NotebookNode:
    make = (
        nbformat.v4.new_code_cell
        if submitted.cell_type == "code"
        else nbformat.v4.new_markdown_cell
    )
    cell = make(submitted.source)
    cell.id = submitted.name
    cell.metadata["tags"] = ["added-by-student"]
    return cell


def _read_cells(path: Path) -> list[_Raw]:
    data = _read_bytes(path)
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
    return [raw for raw in map(_raw_cell, cells) if raw is not None]


def _read_bytes(path: Path) -> bytes:
    """The bytes of a regular file of allowed size; links and devices are refused."""
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


def _raw_cell(cell: Any) -> _Raw | None:
    if not isinstance(cell, dict):
        return None
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        source = ""
    # Lone surrogates cannot be encoded, NUL cannot be compiled; line ends are the platform's.
    source = source[:MAX_SOURCE].encode("utf-8", "replace").decode("utf-8")
    source = source.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    cell_id = cell.get("id", metadata.get("id"))  # Colab keeps it in the metadata
    tags = metadata.get("tags")
    cell_type = cell.get("cell_type")
    return _Raw(
        cell_type if cell_type in ("code", "markdown", "raw") else "raw",
        source,
        grade_id if isinstance(grade_id, str) else None,
        cell_id if isinstance(cell_id, str) else None,
        isinstance(tags, list) and NOT_GRADED in tags,
    )


def _unit_of(cells: list[_Raw]) -> str | None:
    found = Counter(unit for cell in cells for unit in CHECK.findall(cell.source))
    return found.most_common(1)[0][0] if found else None


def _splice(raw: list[_Raw], skeleton: Skeleton, known: dict[str, NotebookNode]) -> Submission:
    warnings: list[str] = []
    answers: dict[str, list[_Raw]] = {}
    added_after: dict[str | None, list[_Raw]] = {}
    last: str | None = None
    order: list[str] = []
    by_text = _given_without_id(raw, known)
    for cell in raw:
        name = _known_name(cell, known) or by_text.get(cell.source.strip())
        if name is None:
            added_after.setdefault(last, []).append(cell)
            continue
        order.append(name)
        last = name
        answers.setdefault(name, []).append(cell)

    cells: list[SubmittedCell] = []
    added = 0

    def add(extra: list[_Raw]) -> None:
        nonlocal added
        for cell in extra:
            if cell.source.strip():
                added += 1
                code = cell.cell_type == "code"
                name = f"added-{added}"
                kind = "code" if code else "markdown"
                runs = code and not cell.not_graded
                cells.append(SubmittedCell(name, kind, cell.source, added=True, runs=runs))

    add(added_after.get(None, []))
    for name, released in known.items():
        found = answers.get(name, [])
        if _is_solution(released):
            cells.append(_answer(name, released, found, warnings))
        else:
            cells.append(_given(released))
            if released.cell_type == "code" and not _locked(released):
                edited = [cell for cell in found if cell.source.strip() != released.source.strip()]
                if edited and not _not_graded(released):
                    warnings.append(
                        f"given cell {name} was edited: the released one ran, then theirs"
                    )
                    add(edited)
            elif any(cell.source.strip() != released.source.strip() for cell in found):
                warnings.append(f"given cell {name} was edited: the released one counts")
        add(added_after.get(name, []))
    first_seen = list(dict.fromkeys(order))
    if first_seen != [name for name in known if name in answers]:
        warnings.append("cells were moved: they ran in the released order")
    return Submission(tuple(cells), tuple(warnings))


def _answer(
    name: str, released: NotebookNode, found: list[_Raw], warnings: list[str]
) -> SubmittedCell:
    code = released.cell_type == "code"
    if not found:
        warnings.append(f"solution cell {name} was deleted: its exercise counts as not solved")
        return SubmittedCell(name, released.cell_type, "", solution=True, runs=code)
    if len(found) > 1:
        warnings.append(f"solution cell {name} is there {len(found)} times: the last edited counts")
    edited = [cell for cell in found if cell.source.strip() != released.source.strip()]
    chosen = (edited or found)[-1]
    if chosen.cell_type != released.cell_type:
        warnings.append(
            f"solution cell {name} had its type changed: it ran as {released.cell_type}"
        )
    return SubmittedCell(name, released.cell_type, chosen.source, solution=True, runs=code)


def _given(cell: NotebookNode) -> SubmittedCell:
    runs = (
        cell.cell_type == "code"
        and not _not_graded(cell)
        and not cell.metadata.get("nbgrader", {}).get("grade", False)
    )
    return SubmittedCell(
        _name(cell), cell.cell_type, cell.source, solution=_is_solution(cell), runs=runs
    )


def _known_name(cell: _Raw, known: dict[str, NotebookNode]) -> str | None:
    for name in (cell.grade_id, cell.cell_id):
        if name is not None and name in known:
            return name
    return None


def _given_without_id(raw: list[_Raw], known: dict[str, NotebookNode]) -> dict[str, str]:
    """Names of the given cells that no cell of the submission names, by their text."""
    named = {_known_name(cell, known) for cell in raw}
    return {
        cell.source.strip(): name
        for name, cell in known.items()
        if name not in named and not _is_solution(cell) and cell.source.strip()
    }


def _name(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id") or cell.id


def _is_solution(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution", False))


def _locked(cell: NotebookNode) -> bool:
    nbgrader = cell.metadata.get("nbgrader", {})
    return bool(nbgrader.get("locked", False) or nbgrader.get("grade", False))


def _not_graded(cell: NotebookNode) -> bool:
    return NOT_GRADED in cell.metadata.get("tags", [])
