"""The wheel that students install: what their notebooks import, and nothing else of the course.

It is a selection of installed modules, by what imports what, so no build backend makes it. The same
modules give the same bytes, so that a release changes only where the course did.
"""

from __future__ import annotations

import base64
import hashlib
import io
import pkgutil
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import (
    PackageMetadata,
    distribution,
    entry_points,
    packages_distributions,
)
from pathlib import Path

from packaging.requirements import Requirement

from autograder.authoring.first_cell import DISTRIBUTION, wheel_name
from autograder.authoring.imports import reachable
from autograder.units import Unit
from autograder.units.registry import ENTRY_POINTS

#: The course's own packages; the modules of an added unit's package come with them.
OURS = ("autograder", "helpers")
#: Extras of the course that are for students.
EXTRAS = ("student", "torch", "keras")
#: Of the course's metadata, what its students' wheel has too.
_KEPT_FIELDS = ("Name", "Version", "Summary", "License-Expression", "Requires-Python")
#: What zip files know of time begins here.
_DATE = (1980, 1, 1, 0, 0, 0)


def student_wheel(units: Iterable[Unit]) -> bytes:
    """The wheel for the notebooks of these units, as the bytes of the file `wheel_name()`."""
    units = list(units)
    files = _packaged(_modules(units))
    folder = f"{wheel_name().split('-py3')[0]}.dist-info"
    files |= {f"{folder}/{name}": text.encode() for name, text in _dist_info(units).items()}
    record = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
    record.append(f"{folder}/RECORD,,")
    files[f"{folder}/RECORD"] = ("\n".join(record) + "\n").encode()
    return _zipped(files)


def _modules(units: list[Unit]) -> dict[str, Path]:
    """The file of each module that a notebook can import, by the module's name."""
    import helpers

    places = _places(units)
    roots = [module.name for module in pkgutil.walk_packages(helpers.__path__, "helpers.")]
    roots += ["autograder", "autograder.notebook.start", *places.values()]
    packages = tuple({*OURS, *(module.split(".")[0] for module in places.values())})
    modules: dict[str, Path] = {}
    waiting = set(roots)
    while waiting:
        found = reachable(waiting, packages)
        modules |= found
        waiting = {parent for name in found for parent in _parents(name)} - set(modules)
    return dict(sorted(modules.items()))


def _places(units: list[Unit]) -> dict[str, str]:
    """The module of each unit, by the unit's name."""
    added = {entry.name: entry.module for entry in entry_points(group=ENTRY_POINTS)}
    return {unit.name: added.get(unit.name, f"autograder.units.{unit.name}") for unit in units}


def _parents(module: str) -> Iterator[str]:
    """The packages that Python imports before a module."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


def _packaged(modules: dict[str, Path]) -> dict[str, bytes]:
    """The modules and their packages' data, by their paths in the wheel."""
    files: dict[str, bytes] = {}
    for name, path in modules.items():
        place = name.replace(".", "/")
        if path.name != "__init__.py":
            files[f"{place}.py"] = path.read_bytes()
            continue
        files[f"{place}/__init__.py"] = path.read_bytes()
        for data in _data_files(path.parent):
            files[f"{place}/{data.relative_to(path.parent).as_posix()}"] = data.read_bytes()
    return files


def _data_files(package: Path) -> Iterator[Path]:
    """What lies in a package's folder besides modules; folders that are packages have their own."""
    for path in sorted(package.iterdir()):
        if path.is_dir():
            if path.name != "__pycache__" and not (path / "__init__.py").exists():
                yield from _data_files(path)
        elif path.suffix not in (".py", ".pyc"):
            yield path


def _dist_info(units: list[Unit]) -> dict[str, str]:
    """The files that describe the wheel to pip."""
    course = distribution(DISTRIBUTION)
    files = {
        "METADATA": _metadata(course.metadata, units),
        "WHEEL": "Wheel-Version: 1.0\nGenerator: autograder release\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    added = [entry for entry in entry_points(group=ENTRY_POINTS) if entry.name in _places(units)]
    if added:
        lines = [f"{entry.name} = {entry.value}" for entry in added]
        files["entry_points.txt"] = "\n".join([f"[{ENTRY_POINTS}]", *lines, ""])
    licence = course.read_text("licenses/LICENSE")
    if licence is not None:
        files["licenses/LICENSE"] = licence
    return files


def _metadata(course: PackageMetadata, units: list[Unit]) -> str:
    lines = ["Metadata-Version: 2.4"]
    lines += [f"{field}: {course[field]}" for field in _KEPT_FIELDS if course[field]]
    lines += [f"Requires-Dist: {requirement}" for requirement in _requirements(course)]
    for name in _added_distributions(units):
        for requirement in _requirements(distribution(name).metadata):
            if Requirement(requirement).name != DISTRIBUTION:
                lines.append(f"Requires-Dist: {requirement}")
    lines += [f"Provides-Extra: {extra}" for extra in EXTRAS]
    return "\n".join(lines) + "\n"


def _requirements(metadata: PackageMetadata) -> Iterator[str]:
    """The requirements without an extra, or with one that is for students."""
    for line in metadata.get_all("Requires-Dist") or ():
        marker = str(Requirement(line).marker)
        if "extra" not in marker or any(f'extra == "{extra}"' in marker for extra in EXTRAS):
            yield line


def _added_distributions(units: list[Unit]) -> list[str]:
    """The installed distributions that bring units of other packages."""
    packages = {module.split(".")[0] for module in _places(units).values()} - set(OURS)
    return sorted({name for package in packages for name in packages_distributions()[package]})


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return buffer.getvalue()
