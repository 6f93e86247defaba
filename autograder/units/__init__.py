"""The units of the course: what each of them asks, and by which rule its agent is judged."""

from autograder.units.registry import foreign_sources, unit_named, unit_names, units_of
from autograder.units.unit import Unit

__all__ = ["Unit", "foreign_sources", "unit_named", "unit_names", "units_of"]
