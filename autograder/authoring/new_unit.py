"""`autograder new-unit`: a small unit that is complete, written from templates.

In this repository it becomes one more unit of the course. Anywhere else it becomes part of a course
of its own: a small package that registers its units, in the folder that is also the course.
"""

from __future__ import annotations

import importlib
import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.build import build
from autograder.course import MARKER, PACKAGED, Course, CourseError
from autograder.units import Unit, unit_named
from autograder.units.registry import ENTRY_POINTS

TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = ".template"
INSTALL = "pip install --no-deps --no-build-isolation --editable ."


@dataclass(frozen=True)
class Place:
    """Where a new unit goes. package: the dotted name of the package that its module is in."""

    root: Path
    package: str

    @property
    def is_repository(self) -> bool:
        """Whether it is the course that the autograder comes with."""
        return self.root == PACKAGED


def run_new_unit(folder: Path, name: str) -> int:
    """Write a unit for the course around a folder, or a course if there is none, and build it.

    Raises CourseError if the name cannot be a unit's, or a file that would be written exists.
    """
    _expect_free(name)
    place, is_new = _place(folder.resolve())
    written = _write("course", place, name) if is_new else []
    written += _write("unit", place, name)
    _list(place, name)
    written += build(Course(place.root), [_load(place, name)])
    for path in written:
        print(f"wrote {path.relative_to(place.root)}")
    print("\nNext:")
    if not place.is_repository:
        print(f"  {INSTALL}")
    print(f"  autograder validate {name} --fast\n  autograder demo {name}")
    return 0


def _expect_free(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise CourseError(f"{name!r} cannot name a unit: use a-z, 0-9 and _, such as my_unit.")
    try:
        unit_named(name)
    except CourseError:
        return
    raise CourseError(f"There is a unit {name} already.")


def _place(folder: Path) -> tuple[Place, bool]:
    """Where the unit goes, and whether a course has to be made there first."""
    roots = (root for root in (folder, *folder.parents) if (root / MARKER).is_file())
    root = next(roots, None)
    if root == PACKAGED:
        return Place(root, "autograder.units"), False
    if root is not None:
        return Place(root, _package(root)), False
    if any(not path.name.startswith(".") for path in folder.iterdir()):
        raise CourseError(
            f"{folder} is no course and not empty. Make a folder for your course, change into it, "
            "and run this again."
        )
    return Place(folder, re.sub(r"\W+", "_", folder.name.lower()).strip("_") or "units"), True


def _package(root: Path) -> str:
    """The package that a course of its own has its units in, as its entry points say."""
    pyproject = root / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8") if pyproject.is_file() else ""
    modules = re.findall(r'^\w+ *= *"([\w.]+)\.\w+:UNIT"', text, re.MULTILINE)
    if not modules:
        raise CourseError(
            f"{pyproject} registers no unit under {_table()}, so it does not say where units go."
        )
    return str(modules[0])


def _write(template: str, place: Place, name: str) -> list[Path]:
    """Write the files of a template; their paths."""
    folder = TEMPLATES / template
    names = {
        "__unit__": name,
        "__package__": place.package,
        "__folder__": place.package.replace(".", "/"),
        "__module__": f"{place.package}.{name}",
    }
    files = {
        place.root / _filled(str(path.relative_to(folder)), names).removesuffix(SUFFIX): path
        for path in sorted(folder.rglob(f"*{SUFFIX}"))
    }
    for path in files:
        if path.exists():
            raise CourseError(f"{path} exists already.")
    for path, source in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(source.read_text(encoding="utf-8"), names), encoding="utf-8")
    return list(files)


def _filled(text: str, names: dict[str, str]) -> str:
    for placeholder, value in names.items():
        text = text.replace(placeholder, value)
    return text


def _list(place: Place, name: str) -> None:
    """Put the unit at the end of the course's list, and among its package's entry points."""
    units = place.root / "units.txt"
    if units.is_file():
        units.write_text(f"{units.read_text(encoding='utf-8').rstrip()}\n{name}\n", "utf-8")
    if place.is_repository:
        return
    pyproject = place.root / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    entry = f'{_table()}\n{name} = "{place.package}.{name}:UNIT"'
    pyproject.write_text(text.replace(_table(), entry, 1), encoding="utf-8")


def _table() -> str:
    return f'[project.entry-points."{ENTRY_POINTS}"]'


def _load(place: Place, name: str) -> Unit:
    """The unit just written; its package need not be installed yet."""
    importlib.invalidate_caches()
    sys.path.insert(0, str(place.root))
    try:
        unit: Unit = importlib.import_module(f"{place.package}.{name}").UNIT
    finally:
        sys.path.remove(str(place.root))
    return unit
