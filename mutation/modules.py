"""Which tests are run for a module that is mutated; nobody keeps a list of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from autograder.units import unit_named, unit_names

TESTS = Path("tests")
UNITS = Path("autograder/units")
POINTS = (
    "tests/course/test_generated_files.py"
    "::test_the_notebook_promises_the_points_that_the_tasks_give"
)


@cache
def tests_of(module: Path) -> list[str]:
    """Arguments of pytest for a module, a path below the working directory.

    These are its own tests, or else those of its package; the tests of the same package that
    import it; and for units the test of the points that notebooks promise. The typical mistakes
    of whole notebooks are left out: they take minutes for each mutant. Raises LookupError if no
    test is about the module.
    """
    own = TESTS / module.parent / f"test_{module.stem}.py"
    of_package = TESTS / module.parent.parent / f"test_{module.parent.name}.py"
    found = [next((path for path in (own, of_package) if path.is_file()), None)]
    imported = re.compile(rf"\b{re.escape(_name(module))}\b(?!\.)")
    found += [path for path in _tests_beside(own) if imported.search(path.read_text("utf-8"))]
    tests = list(dict.fromkeys(str(path) for path in found if path is not None))
    if not tests:
        raise LookupError(f"no test of {module}: write {own}")
    return [*tests, POINTS] if module.is_relative_to(UNITS) else tests


@cache
def needs_keras(module: Path) -> bool:
    """Whether it belongs to a Keras unit, whose tests are marked as slow."""
    if not module.is_relative_to(UNITS):
        return False
    name = module.relative_to(UNITS).with_suffix("").parts[0]
    return name in unit_names() and unit_named(name).framework == "tensorflow"


def _tests_beside(own: Path) -> list[Path]:
    return sorted(own.parent.glob("test_*.py"))


def _name(module: Path) -> str:
    """The dotted name by which a module is imported."""
    parts = module.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
