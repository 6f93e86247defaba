"""A notebook's first cell: on Colab it installs the course, everywhere it starts the unit.

A source writes `# {start}` in its place. The cell is the same in all units but for the unit's name.
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
from dataclasses import dataclass
from urllib.parse import urlsplit

from autograder.course import Course
from autograder.units import Unit

#: Stands in a source as the only line of its first code cell.
START = "# {start}"
#: The cell's id.
START_ID = "start"

DISTRIBUTION = "reinforcement-learning-course"
#: Where pyproject.toml's address is not set yet, it is of this machine, which nobody has.
PLACEHOLDER_HOST = "example.org"
_ADDRESS = re.compile(r'^Students = "([^"]+)"$', re.MULTILINE)

#: While the course's own NotReady cannot be imported.
_NOT_READY = """
class NotReady(Exception):  # a notebook shows its text, without a traceback
    def _render_traceback_(self):
        return [str(self)]
""".strip()
#: Colab has what the course needs. The course's wheel alone is installed, so nothing of Colab's own
#: is replaced: pip would bring a second pygame, for example.
_INSTALL = """
import sys
from importlib.util import find_spec

{not_ready}

# On Colab, this installs the course, once; on your own computer it is installed already.
if "google.colab" in sys.modules and find_spec("autograder") is None:
    !pip install -qq --no-deps "{wheel}"
    if find_spec("autograder") is None:
        raise NotReady("The course was not installed. Run this cell again, or ask your teacher.")

from autograder import start_unit

# On Colab, tick this box to keep what you save in your Google Drive.
save_in_drive = False  # @param {{"type": "boolean"}}
start_unit("{unit}", drive=save_in_drive)
"""
_NO_ADDRESS = """
import sys

{not_ready}

if "google.colab" in sys.modules:
    raise NotReady("This copy of the course is not ready for Colab. Please ask your teacher.")

from autograder import start_unit

start_unit("{unit}")
"""


@dataclass(frozen=True)
class Published:
    """Where students find what `autograder release` has written: the address of its folder."""

    address: str

    @property
    def on_github(self) -> bool:
        """Whether Colab and Binder can open the notebooks from there."""
        return urlsplit(self.address).netloc == "github.com"

    @property
    def repository(self) -> str:
        """`owner/name` on GitHub."""
        return urlsplit(self.address).path.strip("/").removesuffix(".git")

    def wheel(self) -> str:
        """Where pip downloads the course's wheel."""
        folder = self.address.rstrip("/").removesuffix(".git")
        return f"{folder}/raw/main/{wheel_name()}" if self.on_github else f"{folder}/{wheel_name()}"

    def on_colab(self, notebook: str) -> str | None:
        """The address under which Colab opens a notebook of that folder; None if it cannot."""
        if not self.on_github:
            return None
        return f"https://colab.research.google.com/github/{self.repository}/blob/main/{notebook}"


def published(course: Course) -> Published | None:
    """Where pyproject.toml says that students find the course; None while it does not say it."""
    path = course.root / "pyproject.toml"
    found = _ADDRESS.search(path.read_text(encoding="utf-8")) if path.is_file() else None
    if found is None or urlsplit(found[1]).netloc == PLACEHOLDER_HOST:
        return None
    return Published(found[1])


def first_cell(course: Course, unit: Unit) -> str:
    """The source of a unit's first cell."""
    place = published(course)
    if place is None:
        return _NO_ADDRESS.format(unit=unit.name, not_ready=_NOT_READY).strip()
    return _INSTALL.format(unit=unit.name, not_ready=_NOT_READY, wheel=place.wheel()).strip()


def wheel_name() -> str:
    """The file name of the wheel that students install."""
    version = importlib.metadata.version(DISTRIBUTION)
    return f"{DISTRIBUTION.replace('-', '_')}-{version}-py3-none-any.whl"


def address_advice(course: Course) -> str | None:
    """What to do so that students find the course, and nothing else; None if all is well."""
    place = published(course)
    if place is None:
        return (
            "On Colab the notebooks only say that they are not ready. Publish what "
            "`autograder release` writes, put its address into pyproject.toml ([project.urls], "
            "Students) and build again."
        )
    if _repository(place.address) in map(_repository, _remotes(course)):
        return (
            "Students in pyproject.toml is the address of this repository, and it holds the "
            "solutions. Publish what `autograder release` writes in a repository of its own, put "
            "its address there and build again."
        )
    return None


def _remotes(course: Course) -> list[str]:
    """The addresses with which git exchanges the course itself; none without git."""
    command = ["git", "-C", str(course.root), "remote", "--verbose"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    except OSError:  # git is not installed
        return []
    return [line.split()[1] for line in done.stdout.splitlines()]


def _repository(address: str) -> tuple[str, str]:
    """The host and path of a git address, however it is written."""
    if "://" not in address:  # git@github.com:owner/name.git
        address = "ssh://" + address.replace(":", "/", 1)
    parts = urlsplit(address)
    return parts.hostname or "", parts.path.strip("/").removesuffix(".git").lower()
