"""Where a course keeps its files: nbgrader's directories and the grader's own."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

MARKER = "nbgrader_config.py"
#: The course that this package comes with.
PACKAGED = Path(__file__).resolve().parent.parent


class CourseError(Exception):
    """A call that cannot be carried out; its text is one clear line with the next step."""


@dataclass(frozen=True)
class Course:
    """A course directory: the folder that holds nbgrader_config.py.

    round: where attempts are graded in rounds, the name of one, which has a secret of its own.
    """

    root: Path
    round: str = ""

    def in_round(self, name: str) -> Course:
        """The same course with the secret of a round; without a name, with its own."""
        return replace(self, round=name)

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """The course around `start` (default: the working directory), else this package's own.

        Raises CourseError if there is none.
        """
        start = (start or Path.cwd()).resolve()
        candidates = [start, *start.parents, PACKAGED]
        for folder in candidates:
            if (folder / MARKER).is_file():
                return cls(folder)
        raise CourseError(
            f"No course found: no {MARKER} in {start} or above it. Change into the course folder."
        )

    def released(self, assignment: str) -> Path:
        """The notebook that students receive: the skeleton that submissions are spliced into."""
        return self.root / "course" / assignment / f"{_unit_name(assignment)}.ipynb"

    def source(self, assignment: str) -> Path:
        """The one source of a unit."""
        return self.root / "solutions" / assignment / f"{_unit_name(assignment)}.py"

    def submitted(self, assignment: str) -> dict[str, Path]:
        """Each student's submission folder of an assignment, by student id, in order."""
        folders = (self.root / "submitted").glob("*/")
        return {
            folder.name: folder / assignment
            for folder in sorted(folders)
            if (folder / assignment).is_dir()
        }

    def listed_units(self) -> tuple[str, ...] | None:
        """The names in the course's list of units, in its order; None if there is no list."""
        path = self.root / "units.txt"
        if not path.is_file():
            return None
        lines = path.read_text(encoding="utf-8").splitlines()
        names = (line.split("#", 1)[0].strip() for line in lines)
        return tuple(name for name in names if name)

    def calibration(self, assignment: str) -> Path:
        """The records of a unit's calibration; this package's own where the course has none."""
        own = self.root / "solutions" / assignment / "calibration"
        return own if own.is_dir() else PACKAGED / "solutions" / assignment / "calibration"

    @property
    def results(self) -> Path:
        """The cache of result records."""
        return self.root / ".autograder" / "results"

    def secret(self) -> bytes:
        """The course's secret, from which seeds and disguises are drawn; created once.

        A round's secret is made of it and cannot be told from that of another round.
        Readable by the instructor alone. Raises CourseError if it cannot be read or created.
        """
        path = self.root / ".autograder" / "secret"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _create_once(path)
            secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise CourseError(f"The course's secret cannot be read or created: {error}") from error
        if not self.round:
            return secret
        return hmac.new(secret, self.round.encode(), hashlib.sha256).digest()


def _unit_name(assignment: str) -> str:
    """An assignment is called like its unit; those of running classes have a number before it."""
    return re.sub(r"^[0-9]+_", "", assignment)


def _create_once(path: Path) -> None:
    """Write a fresh secret unless there is one; two graders starting at once agree on one."""
    if path.exists():
        return
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(temporary, path)  # fails if somebody was faster: theirs counts
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
