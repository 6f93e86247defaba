"""Which cell of the released notebook a submitted cell stands for.

A cell is known by its nbgrader id, or else by its cell id. Programs that drop the ids leave the
text and the order: a given cell is known by its text, an answer by the function or class that it
defines, or by its place between two cells that are known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nbformat import NotebookNode

from autograder.grading.notebook_file import RawCell

_DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)

#: The released cells by name, in their order.
Released = Mapping[str, NotebookNode]


def name_of(cell: NotebookNode) -> str:
    """A released cell's name: its nbgrader id, or else its cell id."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id") or cell.id)


def is_solution(cell: NotebookNode) -> bool:
    """Whether students write this cell."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution", False))


def definitions(source: str) -> frozenset[str]:
    """The functions and classes that a cell's own lines define."""
    return frozenset(_DEFINITION.findall(source))


def begins_indented(source: str) -> bool:
    """Whether the first line of a cell belongs to a block that begins above it."""
    first = next((line for line in source.splitlines() if line.strip()), "")
    return first[:1] in (" ", "\t")


def same_text(one: str, other: str) -> bool:
    """Whether two cells differ in nothing but blanks at line ends and around them."""
    return one == other or _normal(one) == _normal(other)


def names_of(cells: Sequence[RawCell], released: Released) -> list[str | None]:
    """For each submitted cell, the released cell that it stands for; None for an added one."""
    names = [_by_id(cell, released) for cell in cells]
    _by_text(cells, released, names)
    _by_definition(cells, released, names)
    _by_place(cells, released, names)
    _by_indentation(cells, released, names)
    return names


def _by_id(cell: RawCell, released: Released) -> str | None:
    for name in (cell.grade_id, cell.cell_id):
        if name is not None and name in released:
            return name
    return None


def _by_text(cells: Sequence[RawCell], released: Released, names: list[str | None]) -> None:
    missing = {
        _normal(cell.source): name
        for name, cell in released.items()
        if name not in names and not is_solution(cell) and cell.source.strip()
    }
    for number, cell in enumerate(cells):
        if names[number] is None:
            names[number] = missing.get(_normal(cell.source))


def _by_definition(cells: Sequence[RawCell], released: Released, names: list[str | None]) -> None:
    missing = {
        defined: name
        for name, cell in released.items()
        if name not in names and is_solution(cell) and cell.cell_type == "code"
        for defined in definitions(cell.source)
    }
    for number, cell in enumerate(cells):
        if missing and names[number] is None and cell.cell_type == "code":
            found = [missing[one] for one in sorted(definitions(cell.source)) if one in missing]
            names[number] = found[0] if found else None


def _by_place(cells: Sequence[RawCell], released: Released, names: list[str | None]) -> None:
    """An answer that is still missing: what stands between the neighbours of its own cell."""
    order = list(released)
    for number, name in enumerate(order):
        answer = released[name]
        if name in names or not is_solution(answer):
            continue
        before = order[number - 1] if number else None
        after = order[number + 1] if number + 1 < len(order) else None
        if not {before, after} <= {None, *names}:
            continue
        first = 0 if before is None else _last(names, before) + 1
        last = len(cells) if after is None else _first(names, after, first)
        for place in range(first, last):
            if names[place] is None and cells[place].cell_type == answer.cell_type:
                names[place] = name


def _by_indentation(cells: Sequence[RawCell], released: Released, names: list[str | None]) -> None:
    """The lower half of an answer that was split inside a function."""
    for number, cell in enumerate(cells[1:], start=1):
        above = names[number - 1]
        answered = above is not None and is_solution(released[above])
        lower_half = cell.cell_type == "code" and begins_indented(cell.source)
        if names[number] is None and answered and lower_half:
            names[number] = above


def _last(names: Sequence[str | None], name: str) -> int:
    return max(place for place, other in enumerate(names) if other == name)


def _first(names: Sequence[str | None], name: str, start: int) -> int:
    return next((place for place in range(start, len(names)) if names[place] == name), start)


def _normal(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
