"""The imports of the repository's own modules, read from their source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("helpers", "autograder")


@dataclass(frozen=True)
class Module:
    """A module of the course: its dotted name and its file."""

    name: str
    path: Path

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.path)

    @property
    def place(self) -> str:
        """The file as it is written in a message."""
        return self.path.relative_to(ROOT).as_posix()

    def imports(self) -> Iterator[tuple[int, str]]:
        """Each import, wherever it stands: its line and the dotted name of what it loads.

        `from package import module` loads the module, `from module import name` the module; what
        is imported for type checkers alone counts too, because a reader follows it all the same.
        """
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node.lineno, alias.name
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0 and node.module, f"{self.place}: a relative import"
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield node.lineno, inner if inner in _names() else node.module


def modules() -> tuple[Module, ...]:
    """Every module of the helpers and of the autograder."""
    return tuple(Module(name, path) for name, path in _names().items())


@cache
def _names() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
