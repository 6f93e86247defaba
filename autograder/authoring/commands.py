"""The commands of authors and of continuous integration: validate, calibrate, bench."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table

from autograder.authoring.benchmark import benchmark, sandbox_cost
from autograder.authoring.calibration import (
    REFERENCE,
    calibrate,
    learning_curve,
    record,
    write_json,
)
from autograder.authoring.calibration_page import write_page
from autograder.authoring.edits import mistakes_of
from autograder.authoring.validation import Outcome, validate
from autograder.course import Course
from autograder.units import Unit, unit_named

FAILED = 1


def run_validation(course: Course, trained: bool, jobs: int | None) -> int:
    """Validate the course and print a table; 1 if anything is wrong."""
    outcomes = list(validate(course, trained, jobs))
    table = Table(title="The course, validated")
    for column in ("unit", "what", "right", "wrong"):
        table.add_column(column, justify="left" if column in ("unit", "what") else "right")
    right, wrong = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for outcome in outcomes:
        counted = right if outcome.problem is None else wrong
        counted[outcome.case.unit, outcome.case.kind] += 1
    for unit, kind in sorted(right | wrong):
        bad = wrong[unit, kind]
        table.add_row(unit, kind, str(right[unit, kind]), f"[red]{bad}[/red]" if bad else "")
    console = Console()
    console.print(table)
    problems = [outcome for outcome in outcomes if outcome.problem is not None]
    for outcome in problems:
        console.print(f"✗ {_named(outcome)}: {outcome.problem}", style="red", markup=False)
    if not problems:
        console.print(f"All {len(outcomes)} cases hold.", style="green")
    return FAILED if problems else 0


def run_calibration(course: Course, unit: Unit, seeds: int, mistake: str | None) -> int:
    """Calibrate a unit and write its record and learning curve; print the figures.

    A mistake's curve becomes the one that the unit's diagnosis exercise shows, unless it is one
    of those that only the score shows.
    """
    runs = calibrate(unit, course, seeds, mistake or REFERENCE)
    scored = any(known.name == mistake and known.is_scored for known in mistakes_of(unit, course))
    measured = record(unit, runs) | {"only_the_score_shows_it": scored}
    folder, curves = course.calibration(unit.assignment), course.root / "helpers" / "curves"
    curve = f"{unit.name}_diagnosis" if mistake else unit.name
    written = [write_json(measured, folder / f"{mistake or REFERENCE}.json"), *write_page(course)]
    if not scored:
        written.append(write_json(learning_curve(unit, runs, curve), curves / f"{curve}.json"))
    low, high = measured["pass_rate_95_percent_interval"]
    score, seconds = measured["score"], measured["processor_seconds"]
    passed, needed = measured["passed"], measured["rule"]["threshold"]
    print(f"{unit.name}, {mistake or REFERENCE}: {passed} of {seeds} reach {needed:g}")
    print(f"  pass rate {measured['pass_rate']:.1%}, 95 % interval {low:.1%} to {high:.1%}")
    if score is not None:
        print(f"  score: median {score['median']:g}, lowest {score['min']:g}")
    print(f"  processor seconds: median {seconds['median']:g}, largest {seconds['max']:g}")
    for path in written:
        print(f"  wrote {path.relative_to(course.root)}")
    return 0


def run_benchmark(course: Course, names: list[str], seeds: int) -> int:
    """Train references and Stable-Baselines3 in one run; then what the sandbox costs."""
    units = [unit_named(name) for name in names]
    benchmark(course, units, seeds)
    sandbox_cost(course, units, rounds=seeds)
    return 0


def _named(outcome: Outcome) -> str:
    case = outcome.case
    return f"{case.unit}, {case.kind}" + ("" if case.name == case.kind else f", {case.name}")
