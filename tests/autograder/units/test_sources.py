"""A unit is graded again when what its checks are made of has changed, and only then."""

from __future__ import annotations

import sys

import pytest

from autograder.course import Course
from autograder.units import unit_named, units_of
from autograder.units.sources import unit_sources

UNITS = units_of(Course.find())


def places(name: str) -> set[str]:
    return {"/".join(path.parts[-2:]) for path in unit_sources(unit_named(name))}


def test_they_are_the_units_modules_and_the_shared_ones_that_it_uses():
    found = places("policy_network")

    assert {"policy_network/__init__.py", "policy_network/forward.py"} <= found
    assert "shared/policies.py" in found
    assert not {place for place in found if place.startswith(("dqn", "actor_critic"))}
    assert "shared/replay.py" not in found


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_no_module_that_a_unit_runs_is_left_out(unit):
    """The classes of its tasks, and all that they inherit from, live in these files."""
    found = set(unit_sources(unit))
    modules = {
        sys.modules[kind.__module__] for task in unit.tasks for kind in type(task).__mro__[:-1]
    }
    used = [module for module in modules if module.__name__.startswith("autograder.units.")]

    assert used
    assert [module.__name__ for module in used if not _is_in(module, found)] == []


def _is_in(module, files):
    return any(str(path) == module.__file__ for path in files)
