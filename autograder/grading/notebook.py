"""A submitted notebook is data: its cells are taken by their known names, into the released one.

The rules, each with a warning for the instructor where it applies:

* a cell of the released notebook that is not the student's to write (locked, or given) runs as
  released; an edited copy of a given cell runs after it, as a cell that the student added;
* the type and flags of an answer are the released cell's whatever the notebook says;
* an answer that is there several times, copied or split, runs part by part as in the notebook;
  what a later part defines anew is left out, and an untouched stub beside an edited part, too;
* an answer that stands in a cell of its own beside an untouched stub counts;
* a deleted answer is empty: its exercise is not solved;
* cells run in the order of the released notebook, wherever they were moved;
* an added code cell runs right after the known cell that it follows, unless it is tagged
  `not-graded`, as a copy of a training cell is.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.grading.answers import Answer, answer_in_code, answer_in_words
from autograder.grading.cell_names import (
    Released,
    definitions,
    is_solution,
    name_of,
    names_of,
    same_text,
)
from autograder.grading.notebook_file import (
    NOT_GRADED,
    InvalidNotebook,
    Picture,
    RawCell,
    read_cells,
)

__all__ = [
    "InvalidNotebook",
    "Skeleton",
    "Submission",
    "SubmittedCell",
    "edited_answers",
    "read_skeleton",
    "read_submission",
    "spliced_notebook",
    "unit_of",
    "untouched",
]

CHECK = re.compile(r"""check\(\s*["']([a-z_0-9]+)/""")


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
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Skeleton:
    """A released notebook."""

    unit: str
    notebook: NotebookNode

    @property
    def solution_names(self) -> frozenset[str]:
        """The nbgrader ids of the cells that students write."""
        return frozenset(name_of(cell) for cell in self.notebook.cells if is_solution(cell))

    @property
    def released(self) -> Released:
        """The cells by name, in their order."""
        return {name_of(cell): cell for cell in self.notebook.cells}


@dataclass(frozen=True)
class Submission:
    """What a student handed in, cleaned."""

    cells: tuple[SubmittedCell, ...]
    warnings: tuple[str, ...] = ()

    def with_sources(self, sources: Mapping[str, str]) -> Submission:
        """The same submission with other sources in some of its cells, by their names."""
        cells = tuple(
            replace(cell, source=sources.get(cell.name, cell.source)) for cell in self.cells
        )
        return replace(self, cells=cells)


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
    return _unit_of(read_cells(path))


def read_submission(path: Path, skeleton: Skeleton) -> Submission:
    """Read what a student handed in and put it into the skeleton's order.

    Raises InvalidNotebook for a file that is no notebook, or one of another unit.
    """
    raw = read_cells(path)
    unit = _unit_of(raw)
    if unit is not None and unit != skeleton.unit:
        raise InvalidNotebook(f"this is a notebook of the unit {unit}, not of {skeleton.unit}")
    released = skeleton.released
    names = names_of(raw, released)
    if not any(
        name is not None and (is_solution(released[name]) or name in (cell.grade_id, cell.cell_id))
        for name, cell in zip(names, raw, strict=True)
    ):
        raise InvalidNotebook(f"none of its cells belong to the unit {skeleton.unit}")
    return _Splice(released, raw, names).submission()


def edited_answers(submission: Submission, skeleton: Skeleton) -> int:
    """How many answers differ from the released stubs: what tells worked-on copies apart."""
    released = skeleton.released
    return sum(
        bool(cell.source.strip()) and not same_text(cell.source, released[cell.name].source)
        for cell in submission.cells
        if cell.solution
    )


def untouched(skeleton: Skeleton) -> Submission:
    """The skeleton as if a student had handed it in without writing a line."""
    return Submission(tuple(_given(cell) for cell in skeleton.notebook.cells))


def spliced_notebook(skeleton: Skeleton, submission: Submission) -> NotebookNode:
    """The released notebook with the student's cells; metadata and flags stay the skeleton's."""
    notebook = copy.deepcopy(skeleton.notebook)
    released = {name_of(cell): cell for cell in notebook.cells}
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
        elif submitted.solution:
            cell.pop("attachments", None)
            _attach(cell, submitted.pictures)
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
    _attach(cell, submitted.pictures)
    return cell


def _attach(cell: NotebookNode, pictures: Iterable[Picture]) -> None:
    attachments: dict[str, dict[str, str]] = {}
    for picture in pictures:
        attachments.setdefault(picture.name, {})[picture.mime_type] = picture.data
    if attachments:
        cell["attachments"] = nbformat.from_dict(attachments)


def _unit_of(cells: list[RawCell]) -> str | None:
    found = Counter(unit for cell in cells for unit in CHECK.findall(cell.source))
    return found.most_common(1)[0][0] if found else None


@dataclass
class _Splice:
    """The submitted cells on their way into the released order."""

    released: Released
    raw: list[RawCell]
    names: list[str | None]
    cells: list[SubmittedCell] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def submission(self) -> Submission:
        """Every released cell as the student has it, and the added ones where they stand."""
        self.known: dict[str, list[RawCell]] = {}
        self.added: dict[str | None, list[RawCell]] = {}
        last: str | None = None
        for cell, name in zip(self.raw, self.names, strict=True):
            if name is None:
                self.added.setdefault(last, []).append(cell)
            else:
                self.known.setdefault(name, []).append(cell)
                last = name
        before = None
        found = {}
        for name, cell in self.released.items():
            if is_solution(cell):
                found[name] = self._answer(name, cell, before)
            before = name
        self._add(self.added.get(None, ()))
        for name, cell in self.released.items():
            if name in found:
                self._place_answer(name, cell, found[name])
            else:
                self._place_given(name, cell)
            self._add(self.added.get(name, ()))
        first_seen = list(dict.fromkeys(name for name in self.names if name is not None))
        if first_seen != [name for name in self.released if name in self.known]:
            self.warnings.append("cells were moved: they ran in the released order")
        return Submission(tuple(self.cells), tuple(self.warnings))

    def _answer(self, name: str, released: NotebookNode, before: str | None) -> Answer:
        """The answer in its parts; cells that turn out to belong to it are no added ones."""
        parts = self.known.get(name, [])
        if released.cell_type == "code":
            answer = answer_in_code(name, released, parts)
            if not answer.edited:
                self._definitions_after_stub(name, released, bool(parts))
        else:
            above = self.known.get(before, []) if before is not None else []
            nearby = [*self.added.get(before, ()), *self.added.get(name, ())]
            prompt = None if before is None else self.released[before]
            answer = answer_in_words(name, released, parts, nearby, (prompt, above))
            for place in (before, name):
                kept = [cell for cell in self.added.get(place, ()) if cell not in answer.used]
                self.added[place] = kept
        self.warnings += answer.warnings
        if not parts and not answer.edited and not self._defined_elsewhere(released):
            self.warnings.append(
                f"solution cell {name} was deleted: its exercise counts as not solved"
            )
        return answer

    def _defined_elsewhere(self, released: NotebookNode) -> bool:
        wanted = definitions(released.source)
        return bool(wanted) and any(
            wanted <= definitions(cell.source)
            for cell, name in zip(self.raw, self.names, strict=True)
            if name is None or is_solution(self.released[name])
        )

    def _definitions_after_stub(self, name: str, released: NotebookNode, stub: bool) -> None:
        """Cells above an untouched stub that define what it should: they run after it."""
        wanted = definitions(released.source)
        moved: list[RawCell] = []
        places = [None, *self.released]
        for place in places[: places.index(name)]:
            for cell in list(self.added.get(place, ())):
                if cell.cell_type == "code" and wanted & definitions(cell.source):
                    self.added[place].remove(cell)
                    moved.append(cell)
        self.added[name] = [*moved, *self.added.get(name, ())]
        if stub and any(wanted & definitions(cell.source) for cell in self.added[name]):
            self.warnings.append(f"{name} is answered in a cell of its own beside the stub")

    def _place_answer(self, name: str, released: NotebookNode, answer: Answer) -> None:
        self._add(answer.parts_before)
        code = released.cell_type == "code"
        self.cells.append(
            SubmittedCell(
                name,
                released.cell_type,
                answer.source,
                solution=True,
                runs=code,
                pictures=answer.pictures,
            )
        )

    def _place_given(self, name: str, released: NotebookNode) -> None:
        self.cells.append(_given(released))
        found = self.known.get(name, [])
        edited = [cell for cell in found if not same_text(cell.source, released.source)]
        if released.cell_type == "code" and not _locked(released):
            if edited and not _not_graded(released):
                self.warnings.append(
                    f"given cell {name} was edited: the released one ran, then theirs"
                )
                self._add(edited)
        elif edited:
            self.warnings.append(f"given cell {name} was edited: the released one counts")

    def _add(self, extra: Iterable[RawCell]) -> None:
        for cell in extra:
            if cell.source.strip():
                number = 1 + sum(placed.added for placed in self.cells)
                code = cell.cell_type == "code"
                self.cells.append(
                    SubmittedCell(
                        f"added-{number}",
                        "code" if code else "markdown",
                        cell.source,
                        added=True,
                        runs=code and not cell.not_graded,
                        pictures=cell.pictures,
                    )
                )


def _given(cell: NotebookNode) -> SubmittedCell:
    runs = (
        cell.cell_type == "code"
        and not _not_graded(cell)
        and not cell.metadata.get("nbgrader", {}).get("grade", False)
    )
    return SubmittedCell(
        name_of(cell), cell.cell_type, cell.source, solution=is_solution(cell), runs=runs
    )


def _locked(cell: NotebookNode) -> bool:
    nbgrader = cell.metadata.get("nbgrader", {})
    return bool(nbgrader.get("locked", False) or nbgrader.get("grade", False))


def _not_graded(cell: NotebookNode) -> bool:
    return NOT_GRADED in cell.metadata.get("tags", [])
