"""The machine that figures were measured on, in a few lines."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("torch", "tensorflow-cpu", "keras", "gymnasium", "numpy", "nbgrader")


def described() -> str:
    """Processor, cores, load, system, Python and the packages that the times depend on."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    packages = ", ".join(f"{name} {found}" for name in _PACKAGES if (found := _version(name)))
    return "\n".join([
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores; load {load} (1, 5, 15 minutes)",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {packages}",
    ])  # fmt: skip


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
