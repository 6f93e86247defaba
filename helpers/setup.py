"""Check that everything the course needs is installed, and print what to do if not."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement

#: Name of the installed course; its metadata lists what it needs.
COURSE = "reinforcement-learning-course"
#: The minor version of the oldest Python that the course works with: 3.10.
OLDEST = 10
#: Where the search for the last one ends.
_FAR_FUTURE = 50
#: The course's extras that some units need, and what these units are called.
FRAMEWORKS = {"torch": "PyTorch", "keras": "Keras"}
#: Without these a notebook says what it cannot show, and goes on.
DISPENSABLE = ("anywidget", "ipywidgets")
#: A package that will do as well as another, as on Colab.
_AS_GOOD = {"tensorflow-cpu": "tensorflow"}


@dataclass(frozen=True)
class Finding:
    """One line of the report. needed: whether the course cannot start without it."""

    good: bool
    line: str
    needed: bool = True

    def __str__(self) -> str:
        return f"{'✓' if self.good else '✗' if self.needed else '–'} {self.line}"


def check_setup() -> bool:
    """Print what is installed and what is missing; True if the course can start."""
    findings = [*_versions(), *_pictures()]
    for finding in findings:
        print(finding)
    missing = [finding for finding in findings if not finding.good]
    if not missing:
        print("\nEverything is installed.")
    elif any(finding.needed for finding in missing):
        print("\nFirst fix the lines marked with ✗.")
    else:
        print("\nYou can start. What is marked with – is not needed everywhere.")
    return not any(finding.needed for finding in missing)


def last_python(extra: str) -> int | None:
    """The minor version of the last Python for which the course lists packages of an extra.

    13 for Python 3.13; None if there is no last one. Raises PackageNotFoundError if the course is
    not installed.
    """
    from packaging.requirements import Requirement

    lines = importlib.metadata.metadata(COURSE).get_all("Requires-Dist") or ()
    markers = [Requirement(line).marker for line in lines]
    for minor in range(OLDEST, _FAR_FUTURE):
        here = {"extra": extra, "python_version": f"3.{minor}"}
        if not any(marker is not None and marker.evaluate(here) for marker in markers):
            return minor - 1
    return None


def _versions() -> Iterator[Finding]:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    try:
        course = importlib.metadata.metadata(COURSE)
    except importlib.metadata.PackageNotFoundError:
        yield Finding(False, f"{COURSE} is not installed (in its folder: pip install .)")
        return
    here = ".".join(map(str, sys.version_info[:3]))
    if here in SpecifierSet(course["Requires-Python"]):
        yield Finding(True, f"Python {here}")
    else:
        yield Finding(False, f"Python {here}: the course needs {course['Requires-Python']}")
    for line in course.get_all("Requires-Dist") or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield _package(requirement)
            continue
        for extra, framework in FRAMEWORKS.items():
            if requirement.marker.evaluate({"extra": extra}):
                yield _package(requirement, framework)
    for extra, framework in FRAMEWORKS.items():
        last = last_python(extra)
        if last is not None and last < sys.version_info.minor:
            line = f"the {framework} units do not work with Python {here} yet: use Python 3.{last}"
            yield Finding(False, line, needed=False)


def _package(requirement: Requirement, framework: str | None = None) -> Finding:
    """Whether a package is installed in a suitable version; it is not imported.

    framework: the only units that need it; None if all do.
    """
    name, wanted = requirement.name, requirement.specifier
    needed = framework is None and name not in DISPENSABLE
    advice = f"pip install '{name}{wanted}'"
    if framework is not None:
        advice += f", for {framework} units only"
    elif not needed:
        advice += "; you can go on without it"
    version = _version(name)
    if version is None and name in _AS_GOOD:
        name = _AS_GOOD[name]
        version = _version(name)
    if version is None:
        return Finding(False, f"{requirement.name} is not installed ({advice})", needed)
    if not wanted.contains(version, prereleases=True):
        return Finding(False, f"{name} {version} is not a suitable version ({advice})", needed)
    return Finding(True, f"{name} {version}", needed)


def _version(name: str) -> str | None:
    """The version of an installed package; None if it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _pictures() -> Iterator[Finding]:
    yield _tried("a cart pole can be drawn", _draw)
    yield _tried("a keyboard game can be shown", _make_player)


def _tried(what: str, attempt: Callable[[], object]) -> Finding:
    """Whether something can be shown; a notebook goes on without it."""
    try:
        attempt()
    except Exception as error:  # whatever is broken, a newcomer should see one line, no traceback
        line = f"{what}: failed with {type(error).__name__}: {error}"
        return Finding(False, line, needed=False)
    return Finding(True, what)


def _draw() -> None:
    import gymnasium as gym

    env = gym.make("CartPole-v1", render_mode="rgb_array")
    try:
        env.reset()
        env.render()
    finally:
        env.close()


def _make_player() -> None:
    from helpers.player import NoPlayer, play_by_keyboard

    player = play_by_keyboard("CartPole-v1")
    if isinstance(player, NoPlayer):
        raise ImportError("anywidget is not installed")
    player.close()
