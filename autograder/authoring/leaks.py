"""Whether what is handed out shows a solution: in a notebook, or in the code that comes with it."""

from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.authoring.source import BEGIN, END, read_source
from autograder.course import Course
from autograder.gradebook.rubric import Rubric
from autograder.units import Unit

_BETWEEN = re.compile(rf"{BEGIN}\n(.*?)\n *{END}", re.DOTALL)
#: So many characters nobody writes by accident. A shorter solution may stand in any code, so it
#: shows only in a notebook, and where its lines are lines of their own.
LONG_ENOUGH = 50


@dataclass(frozen=True)
class Leak:
    """A file that shows the solution of an exercise (`policy_network/returns`)."""

    file: str
    exercise: str


def leaks(course: Course, units: list[Unit], files: Mapping[str, bytes]) -> Iterator[Leak]:
    """The files, by their paths, that show a solution of one of these units."""
    texts = dict(_texts(files))
    anywhere = {name: without_spaces(text) for name, text in texts.items()}
    lines = {name: _lines(text) for name, text in texts.items() if name.endswith(".ipynb")}
    for unit in units:
        for exercise, body in solutions(course, unit):
            is_long = len(without_spaces(body)) >= LONG_ENOUGH
            wanted, places = (without_spaces(body), anywhere) if is_long else (_lines(body), lines)
            for name, text in places.items():
                if wanted in text:
                    yield Leak(name, exercise)


def solutions(course: Course, unit: Unit) -> Iterator[tuple[str, str]]:
    """Each exercise of a unit with a solution of it, one for each gap.

    Of a question in words these are its model answer and each item of its rubric.
    """
    for cell in read_source(course, unit).cells:
        for body in _bodies(cell):
            yield f"{unit.name}/{cell.id}", body


def _bodies(cell: NotebookNode) -> list[str]:
    """What students must not see of a cell of the source."""
    if cell.cell_type == "code":
        return _BETWEEN.findall(cell.source)
    rubric = Rubric.read(cell.source)
    return [] if rubric is None else [rubric.answer, *(item.text for item in rubric.items)]


def without_spaces(text: str) -> str:
    """Text without the comments and spaces in which a copy of it could differ."""
    return re.sub(r"  # .*|\s+", "", text)


def _lines(text: str) -> str:
    """The lines of a text without what `without_spaces` leaves out, each between line ends."""
    lines = filter(None, map(without_spaces, text.split("\n")))
    return "".join(f"\n{line}" for line in lines) + "\n"


def _texts(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """What the files say: of a notebook its cells and outputs, of a wheel the files in it."""
    for name, data in files.items():
        if name.endswith(".whl"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                inside = {f"{name}/{entry}": archive.read(entry) for entry in archive.namelist()}
            yield from _texts(inside)
        elif name.endswith(".ipynb"):
            cells = json.loads(data)["cells"]
            parts = (("".join(cell["source"]), str(cell.get("outputs"))) for cell in cells)
            yield name, "\n".join(itertools.chain(*parts))
        else:
            yield name, data.decode("utf-8", "replace")
