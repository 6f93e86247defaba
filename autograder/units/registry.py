"""The units there are: those of this package, and those of other installed packages."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

from autograder.course import Course, CourseError
from autograder.units.unit import Unit

#: Entry points of this group name a Unit: `tabular_q = "my_package.tabular_q:UNIT"`.
ENTRY_POINTS = "autograder.units"
_NO_UNITS = ("registry", "shared", "unit")


def unit_names() -> tuple[str, ...]:
    """The names of the course's units, in the order of its list (`units.txt`)."""
    installed = _installed()
    listed = Course.find().listed_units()
    if listed is None:
        return tuple(installed)
    unknown = [name for name in listed if name not in installed]
    if unknown:
        raise CourseError(
            f"units.txt lists {unknown[0]}, which is not installed. "
            f"Installed are: {', '.join(installed)}."
        )
    return listed


@cache
def unit_named(name: str) -> Unit:
    """The installed unit of that name or assignment (`policy_network`, `2_policy_network`).

    Raises CourseError naming the units there are.
    """
    installed = _installed()
    plain = name.lstrip("0123456789").removeprefix("_") if name[:1].isdigit() else name
    if plain in installed:
        unit = _load(*installed[plain])
        if name in (unit.name, unit.assignment):
            return unit
    raise CourseError(f"No unit {name}. The units are: {', '.join(unit_names())}.")


@cache
def _installed() -> dict[str, tuple[str, str]]:
    """Where each installed unit stands, by its name: a module and an attribute of it."""
    import autograder.units as package

    found = {
        module.name: (f"{package.__name__}.{module.name}", "UNIT")
        for module in pkgutil.iter_modules(package.__path__)
        if module.name not in _NO_UNITS
    }
    for entry in entry_points(group=ENTRY_POINTS):
        found[entry.name] = (entry.module, entry.attr)
    return found


def _load(module: str, attribute: str) -> Unit:
    unit = getattr(importlib.import_module(module), attribute)
    if not isinstance(unit, Unit):
        raise CourseError(f"{module}:{attribute} is no autograder.units.Unit.")
    return unit
