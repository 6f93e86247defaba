"""A course folder outside this repository, whose units another package brings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from autograder.course import Course


def install(package: Path, site: Path) -> None:
    """Install a package into a folder, without its dependencies and without a network."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", site, package], check=True, timeout=120)


class OwnCourse:
    """A course folder, and where Python finds its units and the autograder."""

    def __init__(self, root: Path, *path: Path) -> None:
        self.root = root
        self._path = os.pathsep.join(map(str, path))

    def autograder(self, *arguments: object) -> str:
        """What a command prints. Fails with its words unless it ends with status 0."""
        return self.run("autograder.cli", *arguments)

    def run(self, module: str, *arguments: object) -> str:
        """The same of any module."""
        done = subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": self._path},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def list_units(self, *names: str) -> None:
        (self.root / "units.txt").write_text("\n".join(names), encoding="utf-8")

    def prose(self, assignment: str) -> str:
        released = Course(self.root).released(assignment)
        cells = nbformat.read(released, as_version=4).cells
        return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
