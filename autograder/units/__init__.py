"""The units of the course: what each of them asks, and by which rule its agent is judged."""

from autograder.units.registry import unit_named, unit_names
from autograder.units.unit import Unit

__all__ = ["Unit", "unit_named", "unit_names"]
