"""The whole course: every student's marks in all units, and what was not understood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean

from autograder.course import Course
from autograder.report.html import address, write_html
from autograder.report.row import Row
from autograder.report.rows import ClassReport

#: In units of this number a task or mistake belongs to the course, not to one unit.
_SEVERAL = 2


@dataclass(frozen=True)
class Line:
    """A student's way through the course: what there is of each unit, None for nothing."""

    student: str
    name: str
    rows: tuple[Row | None, ...]
    max_points: tuple[float, ...]

    @property
    def handed_in(self) -> tuple[bool, ...]:
        """Whether something was handed in for each unit."""
        return tuple(row is not None and row.handed_in for row in self.rows)

    @property
    def totals(self) -> tuple[float | None, ...]:
        """The final mark of each unit; None where there is none, or nothing was handed in."""
        return tuple(
            None if row is None or (row.mark is None and not row.handed_in) else row.total
            for row in self.rows
        )

    @property
    def to_grade(self) -> int:
        """How many answers are still to be graded by hand, in all units."""
        return sum(row.to_grade for row in self.rows if row is not None)

    @property
    def total(self) -> float:
        """All final marks together."""
        return sum(total or 0.0 for total in self.totals)

    @property
    def share(self) -> float:
        """The mean share of a unit's points; a unit that was not handed in counts 0."""
        marks = zip(self.totals, self.max_points, strict=True)
        return fmean((total or 0.0) / most if most else 0.0 for total, most in marks)

    @property
    def last(self) -> int | None:
        """The number of the unit that was handed in last; None if none was."""
        found = [number for number, there in enumerate(self.handed_in) if there]
        return found[-1] if found else None

    @property
    def dropped_out(self) -> bool:
        """Whether units were handed in, but not the last one."""
        return self.last is not None and self.last < len(self.rows) - 1


@dataclass(frozen=True)
class Concept:
    """Tasks of one kind, called the same in several units.

    pass_rates: in each unit the share of those with a mark who have all points, None where the
    unit has no such task.
    """

    task: str
    pass_rates: tuple[float | None, ...]

    @property
    def mean(self) -> float:
        """The mean over the units that have it."""
        return fmean(rate for rate in self.pass_rates if rate is not None)


@dataclass(frozen=True)
class Recurring:
    """A mistake in tasks of one kind that students made again in another unit."""

    task: str
    mistake: str
    units: tuple[str, ...]
    students: tuple[str, ...]


@dataclass(frozen=True)
class CourseReport:
    """The classes of all graded units, in the order of the course."""

    classes: tuple[ClassReport, ...]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Everybody who is in one of the classes, in order of their ids."""
        by_unit = [{row.student: row for row in one.rows} for one in self.classes]
        most = tuple(one.max_points for one in self.classes)
        students = sorted({student for rows in by_unit for student in rows})
        lines = []
        for student in students:
            rows = tuple(rows.get(student) for rows in by_unit)
            name = next((row.name for row in rows if row is not None and row.name), "")
            lines.append(Line(student, name, rows, most))
        return tuple(lines)

    @property
    def max_points(self) -> float:
        """The points of all units together."""
        return sum(one.max_points for one in self.classes)

    @property
    def concepts(self) -> list[Concept]:
        """The kinds of tasks that several units have, the least understood first."""
        rates: dict[str, dict[int, float]] = defaultdict(dict)
        for number, one in enumerate(self.classes):
            for task in one.summaries():
                rates[task.name][number] = task.pass_rate
        units = range(len(self.classes))
        concepts = (
            Concept(name, tuple(found.get(number) for number in units))
            for name, found in rates.items()
            if len(found) >= _SEVERAL
        )
        return sorted(concepts, key=lambda concept: (concept.mean, concept.task))

    @property
    def recurring(self) -> list[Recurring]:
        """The mistakes that students made in several units, the most frequent first."""
        found: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for one in self.classes:
            for mistake in one.mistakes:
                for student in mistake.students:
                    found[mistake.task, mistake.mistake][student].append(one.unit.name)
        recurring = []
        for (task, name), made in found.items():
            again = {who: units for who, units in made.items() if len(units) >= _SEVERAL}
            if again:
                named = {unit for units in again.values() for unit in units}
                units = tuple(one.unit.name for one in self.classes if one.unit.name in named)
                recurring.append(Recurring(task, name, units, tuple(sorted(again))))
        return sorted(recurring, key=lambda one: (-len(one.students), one.task, one.mistake))


@dataclass(frozen=True)
class UnitMeans:
    """A unit of the course as the class did it. share: the mean share of the points."""

    name: str
    page: str | None
    handed_in: int
    mean: float
    share: float
    late: int
    to_grade: int


def course_page(course: Course) -> Path:
    """Where the page of the whole course is, or would be."""
    return course.root / "reports" / "course.html"


def write_course_page(report: CourseReport, course: Course) -> Path:
    """Write the whole course as one HTML page and return its path."""
    path = course_page(course)
    return write_html(
        path,
        "course.html.j2",
        report=report,
        units=list(_means(report, path)),
        numbers={line.student: number for number, line in enumerate(report.lines, 1)},
    )


def _means(report: CourseReport, path: Path) -> Iterator[UnitMeans]:
    """Of those who handed in, each unit's figures."""
    for one in report.classes:
        totals = [row.total for row in one.marked if row.total is not None]
        mean = fmean(totals) if totals else 0.0
        page = path.parent / one.unit.assignment / "class.html"
        yield UnitMeans(
            one.unit.name,
            address(page if page.exists() else None, path),
            len(one.marked),
            mean,
            mean / one.max_points if one.max_points else 0.0,
            sum(bool(row.late) for row in one.rows),
            one.to_grade,
        )
