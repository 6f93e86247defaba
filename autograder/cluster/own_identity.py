"""What this machine judges with, told by what imports the grader; the side of Dask need not."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from autograder.cluster.identity import Identity
from autograder.grading.keys import grader_version, package_versions, unit_version
from autograder.units import Unit

#: The distribution that holds the grader.
PACKAGE = "reinforcement-learning-course"


def identity_of(units: Iterable[Unit]) -> Identity:
    """What this machine judges these units with."""
    versions = {
        PACKAGE: _package_version(),
        "Python": platform.python_version(),
        "processor": platform.machine(),
        **package_versions(),
    }
    return Identity(versions, grader_version(), {unit.name: unit_version(unit) for unit in units})


def _package_version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "none"
