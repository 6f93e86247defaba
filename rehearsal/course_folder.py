"""The teacher's course folder in a rehearsal, everybody's settings, and solved notebooks."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from rehearsal.accounts import Account
from rehearsal.installation import REPOSITORY, Installation

COURSE_ID = "rehearsal"
UNIT, ASSIGNMENT = "meet_cartpole", "1_meet_cartpole"
NOTEBOOK = f"{ASSIGNMENT}/{UNIT}.ipynb"
EXERCISES = ("play_episode", "rule", "on_paper", "diagnosis")
#: The Validate button runs a notebook with its trainings.
VALIDATING = "c.Execute.timeout = 1200\n"
#: The parts of JupyterLab's nbgrader menu that are for teachers.
TEACHERS_MENUS = tuple(
    f"@jupyter/nbgrader:{name}" for name in ("formgrader", "create-assignment", "course-list")
)


@dataclass(frozen=True)
class Exchange:
    """How submissions travel: lines of nbgrader_config.py."""

    lines: str
    folder: Path | None = None

    @classmethod
    def directory(cls, folder: Path) -> Exchange:
        """nbgrader's exchange: a folder that all accounts can write to."""
        folder.mkdir()
        folder.chmod(0o777)
        return cls(f"c.Exchange.root = {str(folder)!r}\n", folder)

    @classmethod
    def ngshare(cls, address: str) -> Exchange:
        return cls(
            "from ngshare_exchange import configureExchange\n"
            f"configureExchange(c, {address!r})\n"
        )  # fmt: skip


def set_up(teacher: Account, installation: Installation, exchange: Exchange) -> Path:
    """Write everybody's settings, and the course into the teacher's home; its folder."""
    lines = f"c.CourseDirectory.course_id = {COURSE_ID!r}\n{exchange.lines}"
    everybody = installation.prefix / "etc" / "jupyter"
    (everybody / "nbgrader_config.py").write_text(f"c = get_config()\n{lines}{VALIDATING}")
    (everybody / "nbgrader_config.py").chmod(0o644)
    _show_menus(everybody, shown=False)

    folder = teacher.home / "course"
    for part in (f"solutions/{ASSIGNMENT}", f"course/{ASSIGNMENT}"):
        shutil.copytree(REPOSITORY / part, folder / part)
    (folder / "units.txt").write_text(f"{UNIT}\n")
    own = (REPOSITORY / "nbgrader_config.py").read_text()
    (folder / "nbgrader_config.py").write_text(own + lines)
    home = teacher.home / ".jupyter"
    home.mkdir()
    (home / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(folder)!r}\n"
    )
    _show_menus(home, shown=True)
    teacher.own(folder)
    teacher.own(home)
    return folder


def _show_menus(settings: Path, *, shown: bool) -> None:
    """Show the teachers' menus in JupyterLab, or hide them."""
    file = settings / "labconfig" / "page_config.json"
    file.parent.mkdir(exist_ok=True)
    file.parent.chmod(0o755)
    disabled = dict.fromkeys(TEACHERS_MENUS, not shown)
    file.write_text(json.dumps({"disabledExtensions": disabled}))
    file.chmod(0o644)


def solved(notebook: Any, exercises: Container[str]) -> Any:
    """The notebook with the reference's answers to these exercises."""
    reference = nbformat.read(REPOSITORY / "solutions" / NOTEBOOK, as_version=4)
    answers = {_exercise(cell): cell.source for cell in reference.cells}
    result = copy.deepcopy(notebook)
    for cell in result["cells"]:
        if _exercise(cell) in exercises:
            cell["source"] = answers[_exercise(cell)]
    return result


def _exercise(cell: Any) -> str | None:
    name: str | None = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return name
