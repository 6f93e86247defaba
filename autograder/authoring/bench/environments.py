"""Virtual environments of what the course is compared with, beside its own."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from autograder.course import Course, CourseError

MARKER = "installed"


def made(course: Course, name: str, requirements: str, beside_ours: bool = False) -> Path:
    """The Python of an environment with what a file in `bench/` requires; it is made once.

    beside_ours: it sees the packages of the course's environment, too. Raises CourseError if pip
    cannot install it.
    """
    folder = course.root / name
    python = folder / "bin" / "python"
    if (folder / MARKER).exists():
        return python
    print(f"Installing bench/{requirements} into {name} …", file=sys.stderr)
    venv.create(folder, with_pip=True, clear=True)
    if beside_ours:
        packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
        ours = sysconfig.get_path("purelib")
        (packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    file = course.root / "bench" / requirements
    command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(file)]
    if subprocess.run(command, stdout=sys.stderr).returncode:
        raise CourseError(f"bench/{requirements} could not be installed: see pip's message above.")
    (folder / MARKER).touch()
    return python
