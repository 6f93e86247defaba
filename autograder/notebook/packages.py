"""What has to be installed before a notebook can start; nothing is imported to find out."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re

from autograder.notebook.not_ready import NotReady

#: The installed course; its metadata lists what it needs.
_COURSE = "reinforcement-learning-course"
#: Without these a notebook says what it cannot show, and goes on.
_DISPENSABLE = ("anywidget", "ipywidgets")
#: What pip calls a unit's framework.
_FRAMEWORKS = {"torch": "torch", "tensorflow": "tensorflow keras"}


def expect_packages() -> None:
    """Raise NotReady if something is missing without which no notebook works."""
    missing = [name for name in _needed() if not _is_installed(name)]
    if missing:
        raise NotReady(_advice("The course", missing))


def expect_framework(framework: str | None) -> None:
    """Raise NotReady if a unit's framework is not installed."""
    if framework in _FRAMEWORKS and importlib.util.find_spec(framework) is None:
        raise NotReady(_advice("This unit", _FRAMEWORKS[framework].split()))


def _needed() -> list[str]:
    """The names of the packages that every notebook needs; none where the course is a folder."""
    try:
        lines = importlib.metadata.requires(_COURSE) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    names = [re.split(r"[^\w.-]", line)[0] for line in lines if ";" not in line]
    return [name for name in names if name not in _DISPENSABLE]


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
