"""The source files that a unit's checks are made of: only a change in these concerns its marks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from autograder.units.registry import foreign_sources
from autograder.units.unit import Unit

_PACKAGE = Path(__file__).resolve().parent
_NAME = __package__ or "autograder.units"


def unit_sources(unit: Unit) -> list[Path]:
    """The modules of a unit and what they import from `autograder.units`, at any depth.

    Of a unit that another package brings: that whole package, and all of `autograder.units`.
    """
    foreign = foreign_sources(unit)
    if foreign:
        return [*foreign, *sorted(_PACKAGE.rglob("*.py"))]
    place = _PACKAGE / unit.name
    pending = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    found: set[Path] = set()
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending += _imported(path)
    return sorted(found)


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    """The modules of `autograder.units` that a module imports, wherever in it."""
    return tuple(_modules(ast.parse(path.read_text(encoding="utf-8"))))


def _modules(tree: ast.Module) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            if name.startswith(f"{_NAME}."):
                module = _PACKAGE.joinpath(*name.removeprefix(f"{_NAME}.").split("."))
                files = (module.with_suffix(".py"), module / "__init__.py")
                yield from (file for file in files if file.is_file())
