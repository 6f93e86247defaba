"""The list of the course's units in README.md, between two markers.

Its points are those that the grader gives; answers in words, graded by hand, come on top.
"""

from __future__ import annotations

import re

from autograder.course import Course
from autograder.units import Unit, units_of

README = "README.md"
BEGIN = "<!-- The units, written by `autograder build`. -->"
END = "<!-- End of the units. -->"
FRAMEWORKS = {None: "NumPy", "torch": "PyTorch", "tensorflow": "Keras"}
_BETWEEN = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)


def readme_with_units(course: Course) -> bytes | None:
    """The course's README with the table of its units; None if it has no place for one."""
    path = course.root / README
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if not _BETWEEN.search(text):
        return None
    table = f"{BEGIN}\n{_table(units_of(course))}\n{END}"
    return _BETWEEN.sub(lambda _: table, text).encode()


def _table(units: list[Unit]) -> str:
    lines = ["| | unit | what you build | framework | points |", "|---|---|---|---|---|"]
    lines += [
        f"| {number} | `{unit.name}` | {unit.about} | {FRAMEWORKS[unit.framework]} "
        f"| {unit.max_points:g} |"
        for number, unit in enumerate(units, start=1)
    ]
    return "\n".join(lines)
