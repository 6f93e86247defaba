"""How fast a class is graded: by this grader with one and two workers, and by others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from autograder.authoring.bench import ours, peers
from autograder.authoring.bench.classes import build
from autograder.authoring.bench.measurements import Measured, Measurements
from autograder.authoring.bench.schedule import ClassTimes
from autograder.course import Course
from autograder.units import Unit

#: Grades a class, which lies in the second course, on so many cores.
Grader = Callable[[Course, Course, Unit, int], Measured]

OURS = "autograder"
GRADERS: dict[str, Grader] = {
    OURS: lambda course, graded, unit, cores: ours.graded(graded, unit.name, cores),
    "nbgrader": peers.nbgrader,
    "otter-grader": peers.otter,
}
CORES = (1, 2)
#: How many students of which unit are graded.
CLASSES = {"policy_network": 24, "dqn_keras": 8}
#: For so many workers the time of a class is computed, and for a class of so many students.
COMPUTED, LARGE = (8, 64), 300


@dataclass(frozen=True)
class BenchClass:
    """So many students who handed in a unit."""

    unit: Unit
    students: int

    @property
    def name(self) -> str:
        """For tables."""
        return f"{self.unit.name}, {self.students} students"


def compare_graders(
    course: Course,
    classes: Sequence[BenchClass],
    rounds: int,
    kept: Measurements,
    graders: Sequence[str] = tuple(GRADERS),
) -> None:
    """Grade each class with each grader, turn by turn, and print the medians.

    Raises CourseError where a grader cannot be installed or fails.
    """
    turns = [
        (one, grader, cores)
        for _ in range(rounds)
        for one in classes
        for cores in CORES
        for grader in graders
    ]
    found: dict[tuple[str, str, int], list[Measured]] = {}
    with tqdm(turns, unit="class") as progress:
        for one, grader, cores in progress:
            progress.set_description(f"{grader}, {one.name}, {cores} cores")
            rows = found.setdefault((one.name, grader, cores), [])
            name = f"{grader}, {one.name}, {cores} cores, round {len(rows)}"
            rows.append(kept.get(name, partial(_measured, course, one, grader, cores)))
    console = Console()
    for one in classes:
        console.print(_throughput(one, graders, found))
        if OURS in graders:
            console.print(_our_times(one, *(found[one.name, OURS, cores] for cores in CORES)))


def _measured(course: Course, one: BenchClass, grader: str, cores: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        graded = build(course, one.unit, one.students, Path(folder))
        return GRADERS[grader](course, graded, one.unit, cores)


def _throughput(
    one: BenchClass,
    graders: Sequence[str],
    found: dict[tuple[str, str, int], list[Measured]],
) -> Table:
    table = Table(title=f"{one.name}: notebooks a minute")
    columns = ("grader", "one core", "two cores", "ours / theirs, one core", "two cores")
    for column in columns:
        table.add_column(column, justify="left" if column == "grader" else "right")
    rates = {
        grader: [
            60 * one.students / _median(found[one.name, grader, cores], "seconds")
            for cores in CORES
        ]
        for grader in graders
    }
    for grader, rate in rates.items():
        ratios = [our / their for our, their in zip(rates.get(OURS, rate), rate, strict=True)]
        table.add_row(grader, *(f"{one:.1f}" for one in (*rate, *ratios)))
    return table


def _our_times(one: BenchClass, single: list[Measured], double: list[Measured]) -> Table:
    """What a class takes of this grader, with one worker and with two."""
    table = Table(title=f"{one.name}: {OURS}, medians of {len(single)}")
    table.add_column("what")
    table.add_column("measured", justify="right")
    filing = _median(single, "filing_processor") / one.students
    main = _median(single, "filing_main") / one.students
    judging = [sum(times["judging"]) for times in (*single, *double)]
    alone, together = median(judging[: len(single)]), median(judging[len(single) :])
    times = _times(one, single[0])
    rows = {
        "judging, seconds for each student": f"{alone / one.students:.2f}",
        "gradebook and feedback, processor seconds for each student": f"{filing:.3f}",
        "of these in the main process": f"{main:.3f}",
        "the unchanged class again, seconds": f"{_median(single, 'again'):.1f}",
        "peak memory of the main process, MiB": f"{_median(single, 'peak_bytes') / 2**20:.0f}",
        "two workers, judging, times as fast as one": f"{alone / together:.2f}",
        "two workers, all, times as fast as one": (
            f"{_median(single, 'seconds') / _median(double, 'seconds'):.2f}"
        ),
    }
    large = times.repeated(max(1, LARGE // one.students))
    for workers in COMPUTED:
        what = f"{workers} workers, {len(large.judging)} students, times as fast as one (computed)"
        rows[what] = f"{large.speed_up(workers):.1f}"
    for what, measured in rows.items():
        table.add_row(what, measured)
    return table


def _times(one: BenchClass, measured: Measured) -> ClassTimes:
    main = measured["filing_main"]
    showing = (measured["filing_processor"] - main) / one.students
    return ClassTimes(tuple(measured["judging"]), (showing,) * one.students, main)


def _median(measured: list[Measured], name: str) -> float:
    return float(median(one[name] for one in measured))
