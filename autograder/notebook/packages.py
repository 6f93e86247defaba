"""What has to be installed before a notebook can start; nothing is imported to find out."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import sys

from autograder.notebook.not_ready import NotReady

#: The installed course; its metadata lists what it needs.
_COURSE = "reinforcement-learning-course"
#: `helpers.setup.DISPENSABLE`, which cannot be imported before the other packages are there.
DISPENSABLE = ("anywidget", "ipywidgets")
#: What pip calls a unit's framework.
_FRAMEWORKS = {"torch": "torch", "tensorflow": "tensorflow keras"}
#: The extra of the course that brings a framework.
EXTRAS = {"torch": "torch", "tensorflow": "keras"}


def expect_packages() -> None:
    """Raise NotReady if something is missing without which no notebook works."""
    missing = [name for name in _needed() if not _is_installed(name)]
    if missing:
        raise NotReady(_advice("The course", missing))


def expect_framework(framework: str | None) -> None:
    """Raise NotReady if a unit's framework is not installed."""
    if framework not in _FRAMEWORKS or importlib.util.find_spec(framework) is not None:
        return
    last = _last_python(framework)
    if last is not None and last < sys.version_info.minor:
        raise NotReady(
            f"This unit needs {framework}, and there is none for Python "
            f"3.{sys.version_info.minor} yet: use Python 3.{last}."
        )
    raise NotReady(_advice("This unit", _FRAMEWORKS[framework].split()))


def _last_python(framework: str) -> int | None:
    """The minor version of the last Python that has a framework; None if none is the last."""
    from helpers.setup import last_python  # loads what `expect_packages` has looked for

    try:
        return last_python(EXTRAS[framework])
    except importlib.metadata.PackageNotFoundError:
        return None


def _needed() -> list[str]:
    """The names of the packages that every notebook needs; none where the course is a folder."""
    try:
        lines = importlib.metadata.requires(_COURSE) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    names = [re.split(r"[^\w.-]", line)[0] for line in lines if ";" not in line]
    return [name for name in names if name not in DISPENSABLE]


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _advice(who: str, missing: list[str]) -> str:
    return (
        f"{who} needs {' and '.join(missing)}, and it is not installed here. Run "
        f"%pip install {' '.join(missing)} in a cell, then restart the kernel."
    )
