"""A mutant in a process of its own: the module's changed source, and pytest over some tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

import pytest


class _Mutated(SourceFileLoader, MetaPathFinder):
    """Finds one module, and loads it from a text instead of its file, which stays as it is."""

    def __init__(self, path: Path, source: str) -> None:
        super().__init__(".".join(path.with_suffix("").parts), str(path.resolve()))
        self._source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The one module's; None for every other."""
        if fullname != self.name:
            return None
        return spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        """Compiled anew: what is cached belongs to the file."""
        return self.source_to_code(self._source.encode(), self.path)


def ask(path: Path, source: str, arguments: list[str], output: Path) -> None:
    """End this process with pytest's status for these arguments, with a module with this source.

    path: the module's file, below the working directory. output: a file for what pytest says.
    """
    said = apart(path, source, output)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os._exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *arguments]))


def apart(path: Path, source: str, output: Path) -> int:
    """Let this process load a module from this source; a descriptor of the file for its output."""
    os.setsid()  # whoever ends this process ends what its tests have started, too
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, _Mutated(path, source))
    return os.open(output, os.O_WRONLY)
