"""Which modules a module builds on, read from their import statements."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path


def reachable(modules: Iterable[str], packages: tuple[str, ...]) -> dict[str, Path]:
    """The files of these modules and of all that they import, in these packages, by their names.

    A name that a package's `__init__` passes on (`from helpers import Transition`) leads to where
    it is defined, so the package's other modules do not count.
    """
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        inside = any(name == package or name.startswith(f"{package}.") for package in packages)
        if name not in found and inside:
            found[name] = _file(name)
            waiting += imported(found[name])
    return found


def imported(path: Path) -> Iterator[str]:
    """The modules that a file's import statements take names from, wherever in it they are."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield from (_defining(node.module, alias.name) for alias in node.names)


def _defining(module: str, name: str) -> str:
    """The module that `from module import name` takes the name from."""
    if not _is_ours(module):
        return module
    path = _file(module)
    if path.name != "__init__.py":
        return module
    if _is_module(f"{module}.{name}"):
        return f"{module}.{name}"
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                if name == (alias.asname or alias.name):
                    return _defining(node.module, alias.name)
    return module


def _is_ours(module: str) -> bool:
    return module.split(".")[0] in ("autograder", "helpers")


def _is_module(name: str) -> bool:
    return find_spec(name) is not None


def _file(module: str) -> Path:
    spec = find_spec(module)
    assert spec is not None and spec.origin is not None, module
    return Path(spec.origin)
