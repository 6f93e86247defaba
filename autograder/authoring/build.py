"""From each unit's source to nbgrader's source notebook and the notebook that students open.

A course's README gets its list of units, too, if it has a place for it.

nbgrader itself generates the student's notebook, with the course's own configuration, in a
temporary directory. So a build leaves the course either as it was or whole, and comparing a fresh
build with what is there (`stale`) touches nothing.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config, PyFileConfigLoader

from autograder.authoring.source import read_source
from autograder.authoring.unit_table import README, readme_with_units
from autograder.course import MARKER, Course, CourseError
from autograder.units import Unit, units_of

#: Beside a unit's source, but no part of what students get.
NOT_RELEASED = shutil.ignore_patterns(
    "*.py",
    "*.ipynb",
    "mutants.json",
    "blind",
    "students",
    "calibration",
    "__pycache__",
    ".ipynb_checkpoints",
)

#: nbgrader's own steps but the one that writes into a gradebook: that takes seconds to set up,
#: and the gradebook learns of a unit when it is graded.
STEPS = GenerateAssignment.preprocessors.make_dynamic_default()
WITHOUT_GRADEBOOK = [step for step in STEPS if step is not SaveCells]


def units_with_source(course: Course) -> list[Unit]:
    """The units that the course has a source of, in order.

    Raises CourseError if the course lists a unit that it has no source of.
    """
    units = units_of(course)
    there = [unit for unit in units if course.source(unit.assignment).is_file()]
    if course.listed_units() is not None and len(there) < len(units):
        missing = next(unit for unit in units if unit not in there)
        path = course.source(missing.assignment).relative_to(course.root)
        raise CourseError(f"units.txt lists {missing.name}, but there is no {path}.")
    return there


def build(course: Course, units: Iterable[Unit] | None = None) -> list[Path]:
    """Generate the notebooks of these units (default: all); return the files that changed.

    Raises CourseError if a source is wrong or nbgrader refuses it; then nothing has changed.
    """
    chosen, generated = _generate_all(course, units)
    changed = _differing(course, generated)
    for path in changed:
        _write(course.root / path, generated[path])
    leftover = _leftover(course, chosen, generated)
    for path in leftover:
        (course.root / path).unlink()
    return [course.root / path for path in (*changed, *leftover)]


def stale(course: Course, units: Iterable[Unit] | None = None) -> list[Path]:
    """The generated files that a build would change, add or remove; none is touched."""
    chosen, generated = _generate_all(course, units)
    paths = (*_differing(course, generated), *_leftover(course, chosen, generated))
    return [course.root / path for path in paths]


def _generate_all(
    course: Course, units: Iterable[Unit] | None
) -> tuple[list[Unit], dict[Path, bytes]]:
    """The units to generate (None: all), and the bytes of every file, by its path in the course."""
    chosen = units_with_source(course) if units is None else list(units)
    generated: dict[Path, bytes] = {}
    for unit in chosen:
        generated |= _generate(course, unit)
    readme = readme_with_units(course)
    if readme is not None:
        generated[Path(README)] = readme
    return chosen, generated


def _generate(course: Course, unit: Unit) -> dict[Path, bytes]:
    """Generate one unit in a temporary directory."""
    source = course.source(unit.assignment)
    notebook = read_source(course, unit)
    with tempfile.TemporaryDirectory(prefix="course-") as temporary:
        root = Path(temporary).resolve()
        config = _config(course)
        coursedir = _coursedir(root, config)
        from_folder = root / coursedir.source_directory / unit.assignment
        shutil.copytree(source.parent, from_folder, ignore=NOT_RELEASED)
        with_solutions = from_folder / f"{unit.name}.ipynb"
        nbformat.write(notebook, with_solutions)
        config.CourseDirectory.root = str(root)
        config.GenerateAssignment.no_database = True
        config.GenerateAssignment.preprocessors = WITHOUT_GRADEBOOK
        _run_nbgrader(config, unit)
        released = root / coursedir.release_directory / unit.assignment
        files = {path: path.read_bytes() for path in _files(released)}
        files[with_solutions] = with_solutions.read_bytes()
        return {path.relative_to(root): data for path, data in files.items()}


def _run_nbgrader(config: Config, unit: Unit) -> None:
    """Run nbgrader's generate_assignment in this process; its log only speaks when it fails."""
    config.CourseDirectory.assignment_id = unit.assignment
    log = _Log()
    try:
        coursedir = CourseDirectory(config=config, log=log.logger)
        GenerateAssignment(coursedir=coursedir, config=config, log=log.logger).start()
    except Exception as error:  # whatever its preprocessors and its database raise
        reasons = re.findall(r"^(?:\w+\.)*(\w*Error: .+)$", log.text, re.MULTILINE)
        reason = reasons[-1] if reasons else str(error)
        raise CourseError(f"nbgrader could not generate {unit.assignment}: {reason}") from error


class _Log(logging.Handler):
    """Keeps what nbgrader logs, tracebacks included."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.logger = logging.Logger("nbgrader")
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.text += f"{self.format(record)}\n"


def _config(course: Course) -> Config:
    """The course's own nbgrader configuration."""
    return PyFileConfigLoader(MARKER, path=str(course.root)).load_config()


def _coursedir(root: Path, config: Config) -> CourseDirectory:
    """nbgrader's view of a course whose files are in `root`."""
    config = Config(config)
    config.CourseDirectory.root = str(root)
    return CourseDirectory(config=config)


def _differing(course: Course, generated: dict[Path, bytes]) -> list[Path]:
    return [path for path, data in generated.items() if _read(course.root / path) != data]


def _leftover(course: Course, units: list[Unit], generated: dict[Path, bytes]) -> list[Path]:
    """Files in the units' released folders that no build would put there."""
    folders = [course.released(unit.assignment).parent for unit in units]
    found = (path.relative_to(course.root) for folder in folders for path in _files(folder))
    return [path for path in found if path not in generated]


def _files(folder: Path) -> Iterator[Path]:
    """The files in a folder and below, in a stable order, without what Jupyter keeps there."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and ".ipynb_checkpoints" not in path.parts:
            yield path


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    temporary.write_bytes(data)
    os.replace(temporary, path)
