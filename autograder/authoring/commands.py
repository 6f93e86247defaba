"""What the commands of authors and of continuous integration print, and how they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from autograder.authoring.bench import machine
from autograder.authoring.bench.grading import CLASSES, BenchClass, compare_graders
from autograder.authoring.bench.measurements import Measurements
from autograder.authoring.bench.overhead import compare_costs
from autograder.authoring.bench.trainings import compare_trainings
from autograder.authoring.build import build, units_with_source
from autograder.authoring.calibration import (
    REFERENCE,
    calibrate,
    record,
    write_json,
)
from autograder.authoring.calibration_page import write_page
from autograder.authoring.comparison import compare, describe
from autograder.authoring.curves import curve_path, learning_curve
from autograder.authoring.edits import mistakes_of
from autograder.authoring.first_cell import address_advice
from autograder.authoring.hostile_classes import read_hostile_classes
from autograder.authoring.lettered_curves import measure_lettered_curves
from autograder.authoring.proof import misjudged, write_proof
from autograder.authoring.recording import record as record_corpus
from autograder.authoring.records import read_records
from autograder.authoring.validation import Outcome, cases, validate
from autograder.course import Course, CourseError
from autograder.rendering.text import plain_lines
from autograder.units import Unit

DONE, FAILED = 0, 1


def run_build(course: Course, units: Sequence[Unit]) -> int:
    """Generate the notebooks of these units (none: of all), and say which files changed."""
    changed = build(course, units or None)
    for path in changed:
        print(f"built {path.relative_to(course.root)}")
    if not changed:
        print("Every generated file is up to date.")
    advice = address_advice(course)
    if advice is not None:
        print(advice)
    return DONE


def run_validation(
    course: Course, units: Sequence[Unit], *, trained: bool, jobs: int | None
) -> int:
    """Validate units (none: all): each verdict as it arrives, then a table; 1 if any is wrong."""
    chosen = list(units) or units_with_source(course)
    found = cases(course, chosen, trained)
    outcomes = []
    for outcome in tqdm(validate(course, found, jobs), total=len(found), desc="validating"):
        tqdm.write(_verdict(outcome))
        outcomes.append(outcome)
    Console().print(_table(outcomes))
    wrong = [outcome for outcome in outcomes if outcome.problem is not None]
    for outcome in wrong:
        print(_verdict(outcome))
    print(f"{len(wrong)} of {len(found)} cases fail." if wrong else f"All {len(found)} cases hold.")
    return FAILED if wrong else DONE


def run_calibration(
    course: Course, units: Sequence[Unit], *, seeds: int, mistake: str | None, jobs: int | None
) -> int:
    """Calibrate units (none: all that have something to calibrate), one after the other.

    Writes each one's record and learning curve, and prints the figures. A mistake's curve becomes
    the one that the unit's diagnosis exercise shows, unless only the score shows that mistake.
    """
    chosen = list(units) or [unit for unit in units_with_source(course) if unit.is_calibrated]
    for unit in chosen:
        _calibrate(course, unit, seeds, mistake, jobs)
    for path in write_page(course):
        print(f"wrote {path.relative_to(course.root)}")
    return DONE


def run_lettered_curves(course: Course, units: Sequence[Unit]) -> int:
    """Measure the curves that these units show under letters."""
    for unit in units:
        path = measure_lettered_curves(course, unit)
        print(f"wrote {path.relative_to(course.root)}")
    return DONE


def run_benchmark(course: Course, part: str, units: Sequence[Unit], rounds: int) -> int:
    """Measure a part of the benchmark, or all of it, and print the tables; resumable.

    Raises CourseError where something that the course is compared with cannot be installed.
    """
    chosen = list(units) or units_with_source(course)
    print(machine.described())
    kept = Measurements(course.root / ".autograder" / "bench.json")
    if part in ("overhead", "all"):
        compare_costs(course, chosen, rounds, kept)
    if part in ("grading", "all"):
        classes = [BenchClass(unit, CLASSES[unit.name]) for unit in chosen if unit.name in CLASSES]
        compare_graders(course, classes, rounds, kept)
    if part in ("training", "all"):
        compare_trainings(course, [unit for unit in chosen if unit.agent is not None], rounds)
    return DONE


def run_recording(
    course: Course, file: Path, units: Sequence[Unit], *, jobs: int | None, seed: int
) -> int:
    """Record what the corpus earns."""
    recorded, before = record_corpus(course, file, units, jobs, seed)
    print(f"{file}: {recorded} answers recorded, {before} were there already.")
    return DONE


def run_proof(course: Course, files: Sequence[Path], hostile_file: Path | None) -> int:
    """Write docs/proof.md about a recording, and about others of it with other seeds.

    hostile_file: what attacks earned and cost. The exit status is 1 if a right answer is refused, a
    wrong one keeps the points of its task, or an attack pays.
    """
    first, *others = map(read_records, files)
    hostile = [] if hostile_file is None else read_hostile_classes(hostile_file)
    page = write_proof(course, first, others, hostile)
    print(f"wrote {page.relative_to(course.root)}")
    found = [*misjudged(course, first), *(name for each in hostile for name in each.paid)]
    for key in found:
        print(f"misjudged: {key}")
    return FAILED if found else DONE


def run_comparison(old: Path, new: Path, texts: bool) -> int:
    """Say what differs between two sets of records; 1 if any mark does."""
    comparison = compare(read_records(old), read_records(new))
    if not comparison.compared:
        raise CourseError(f"{old} and {new} have no answer in common.")
    for line in describe(comparison, texts):
        print(plain_lines(line))
    return DONE if comparison.same_marks else FAILED


def _calibrate(
    course: Course, unit: Unit, seeds: int, mistake: str | None, jobs: int | None
) -> None:
    variant = mistake or REFERENCE
    runs = calibrate(unit, course, seeds, variant, jobs)
    scored = any(known.name == mistake and known.is_scored for known in mistakes_of(unit, course))
    measured = record(unit, runs) | {"only_the_score_shows_it": scored}
    folder = course.source(unit.assignment).with_name("calibration")
    written = [write_json(measured, folder / f"{variant}.json")]
    if not scored:
        curve = f"{unit.name}_diagnosis" if mistake else unit.name
        path = curve_path(course, unit, curve)
        written.append(write_json(learning_curve(unit, runs, curve), path))
    low, high = measured["pass_rate_95_percent_interval"]
    score, seconds = measured["score"], measured["processor_seconds"]
    passed, needed = measured["passed"], measured["rule"]["threshold"]
    print(f"{unit.name}, {variant}: {passed} of {seeds} reach {needed:g}")
    print(f"  pass rate {measured['pass_rate']:.1%}, 95 % interval {low:.1%} to {high:.1%}")
    if score is not None:
        print(f"  score: median {score['median']:g}, lowest {score['min']:g}")
    print(f"  processor seconds: median {seconds['median']:g}, largest {seconds['max']:g}")
    for path in written:
        print(f"  wrote {path.relative_to(course.root)}")


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title="The course, validated")
    for column in ("unit", "what", "right", "wrong"):
        table.add_column(column, justify="left" if column in ("unit", "what") else "right")
    right, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for outcome in outcomes:
        counted = right if outcome.problem is None else wrong
        counted[outcome.case.unit, outcome.case.kind] += 1
    for unit, kind in sorted(right | wrong):
        failed = wrong[unit, kind]
        table.add_row(unit, kind, str(right[unit, kind]), f"[red]{failed}[/red]" if failed else "")
    return table


def _verdict(outcome: Outcome) -> str:
    case = outcome.case
    name = f"{case.unit}, {case.kind}" + ("" if case.name == case.kind else f", {case.name}")
    return f"✓ {name}" if outcome.problem is None else f"✗ {name}: {outcome.problem}"
