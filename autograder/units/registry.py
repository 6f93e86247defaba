"""Which units there are: this package's own, and those that other installed packages register."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.units.unit import Unit

#: Entry points of this group name a Unit: `my_unit = "my_package.my_unit:UNIT"`.
ENTRY_POINTS = "autograder.units"
#: Modules of this package that are no unit.
_NO_UNITS = ("registry", "shared", "sources", "unit")


def unit_names(course: Course | None = None) -> tuple[str, ...]:
    """The names of a course's units (default: of the course around the working directory).

    They are those of its list `units.txt`, in its order; without a list, all installed ones.
    Raises CourseError if the list names a unit that is not installed, or one twice.
    """
    installed = _installed()
    listed = (course or Course.find()).listed_units()
    if listed is None:
        return tuple(installed)
    for name in listed:
        if name not in installed:
            raise CourseError(f"units.txt: no unit {name} is installed. {_known()}")
        if listed.count(name) > 1:
            raise CourseError(f"units.txt lists {name} more than once.")
    return listed


def units_of(course: Course) -> list[Unit]:
    """The units of a course, in its order."""
    return [unit_named(name) for name in unit_names(course)]


@cache
def unit_named(name: str) -> Unit:
    """The installed unit of that name or assignment (`policy_network`, `2_policy_network`).

    Raises CourseError naming the units there are.
    """
    installed = _installed()
    for plain in (name, re.sub(r"^[0-9]+_", "", name)):
        if plain in installed:
            unit = _load(plain, *installed[plain])
            if name in (unit.name, unit.assignment):
                return unit
    raise CourseError(f"No unit {name}. {_known()}")


def foreign_sources(unit: Unit) -> list[Path]:
    """All modules of the other package that brings a unit; none for a unit of this package."""
    module, _ = _installed().get(unit.name, (__name__, ""))
    package = module.split(".")[0]
    if package == __name__.split(".")[0]:
        return []
    spec = find_spec(package)
    assert spec is not None, "it has been imported"
    folders = spec.submodule_search_locations
    if folders is None:
        return [Path(str(spec.origin))]
    return sorted(path for folder in folders for path in Path(folder).rglob("*.py"))


@cache
def _installed() -> dict[str, tuple[str, str]]:
    """Where each installed unit is, by its name: a module and an attribute of it.

    Raises CourseError if two packages register the same name.
    """
    import autograder.units as package

    found = {
        module.name: (f"{package.__name__}.{module.name}", "UNIT")
        for module in pkgutil.iter_modules(package.__path__)
        if module.name not in _NO_UNITS
    }
    for entry in entry_points(group=ENTRY_POINTS):
        place = (entry.module, entry.attr)
        if found.setdefault(entry.name, place) != place:
            raise CourseError(
                f"Two units are called {entry.name}: {found[entry.name][0]} and {entry.module}. "
                "Rename the entry point of one."
            )
    return found


def _known() -> str:
    """The units there are, those of the course first, in its order."""
    try:
        listed = Course.find().listed_units() or ()
    except CourseError:
        listed = ()
    installed = _installed()
    names = [name for name in listed if name in installed]
    names += [name for name in installed if name not in names]
    return f"Installed are: {', '.join(names)}."


def _load(name: str, module: str, attribute: str) -> Unit:
    """Import a unit. Raises CourseError if it cannot be imported, or is another thing."""
    try:
        unit = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        place = f"{module}:{attribute}"
        raise CourseError(f"The unit {name} ({place}) cannot be loaded: {error}.") from error
    if not isinstance(unit, Unit):
        raise CourseError(f"{module}:{attribute} is not an autograder.units.Unit.")
    if unit.name != name:
        raise CourseError(f"{module}:{attribute} is called {unit.name}, but registered as {name}.")
    return unit
