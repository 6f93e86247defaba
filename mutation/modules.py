"""Which tests are run for a module that is mutated; nobody keeps a list of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from autograder.authoring.imports import imported, reachable

TESTS = Path("tests")
UNITS = Path("autograder/units")
POINTS = (
    "tests/course/test_generated_files.py"
    "::test_the_notebook_promises_the_points_that_the_tasks_give"
)


@cache
def tests_of(module: Path) -> list[str]:
    """Arguments of pytest for a module, a path below the working directory.

    These are its own tests, or else those of its package; the tests beside them that import it;
    where there are none, tests that use a module which imports it, directly or in the end; and for
    units the test of the points that notebooks promise. The typical mistakes of whole notebooks are
    left out: they take minutes for each mutant. Raises LookupError if no test uses the module.
    """
    own = TESTS / module.parent / f"test_{module.stem}.py"
    of_package = TESTS / module.parent.parent / f"test_{module.parent.name}.py"
    found = [path for path in (own, of_package) if path.is_file()][:1]
    beside = sorted(own.parent.glob("test_*.py"))
    found += [path for path in beside if name_of(module) in imported(path)]
    found = found or [path for path in beside if _is_used(module, path)]
    found = found or [path for path in _all_tests() if _is_used(module, path)]
    found = found or [path for path in _all_tests() if name_of(module) in _reached(path)]
    if not found:
        raise LookupError(f"no test of {module}: write {own}")
    tests = list(dict.fromkeys(map(str, found)))
    return [*tests, POINTS] if module.is_relative_to(UNITS) else tests


def name_of(module: Path) -> str:
    """The dotted name by which a module is imported."""
    parts = module.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_used(module: Path, test: Path) -> bool:
    """Whether a test imports a module that imports this one."""
    return any(name_of(module) in _direct_imports(name) for name in imported(test))


@cache
def _direct_imports(name: str) -> frozenset[str]:
    path = Path(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return frozenset(imported(file)) if file.is_file() else frozenset()


@cache
def _reached(test: Path) -> frozenset[str]:
    """The modules that a test imports, and all that these import."""
    return frozenset(reachable(imported(test), ("autograder",)))


@cache
def _all_tests() -> list[Path]:
    return sorted((TESTS / "autograder").rglob("test_*.py"))


@cache
def needs_keras(module: Path) -> bool:
    """Whether it belongs to a Keras unit, whose tests are marked as slow."""
    # Here, not above: the process that is forked must have imported nothing that is mutated.
    from autograder.units import unit_named, unit_names

    if not module.is_relative_to(UNITS):
        return False
    name = module.relative_to(UNITS).with_suffix("").parts[0]
    return name in unit_names() and unit_named(name).framework == "tensorflow"
