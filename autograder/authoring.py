"""The commands of authors and of continuous integration: validate, calibrate, bench."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.benchmark import benchmark, sandbox_cost
from autograder.calibration import (
    REFERENCE,
    calibrate,
    learning_curve,
    record,
    write_json,
)
from autograder.course import Course
from autograder.units import Unit, unit_named
from autograder.validation import Outcome, validate

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

    With a mistake, its curve becomes the one that the unit's diagnosis exercise shows.
    """
    runs = calibrate(unit, course, seeds, mistake or REFERENCE)
    measured = record(unit, runs)
    folder, curves = course.root / "docs" / "calibration", course.root / "helpers" / "curves"
    name = f"{unit.name}-{mistake}" if mistake else unit.name
    curve = f"{unit.name}_diagnosis" if mistake else unit.name
    written = [
        write_json(measured, folder / f"{name}.json"),
        write_json(learning_curve(unit, runs, curve), curves / f"{curve}.json"),
        _write_summary(folder),
    ]
    low, high = measured["pass_rate_95_percent_interval"]
    score, seconds = measured["score"], measured["processor_seconds"]
    print(f"{name}: {measured['passed']} of {seeds} reach {measured['rule']['threshold']:g}")
    print(f"  pass rate {measured['pass_rate']:.1%}, 95 % interval {low:.1%} to {high:.1%}")
    if score is not None:
        print(f"  score: median {score['median']:g}, lowest {score['min']:g}")
    print(f"  processor seconds: median {seconds['median']:g}, largest {seconds['max']:g}")
    for path in written:
        print(f"  wrote {path.relative_to(course.root)}")
    return 0


SUMMARY = """# Calibration

How often the reference of each unit reaches its threshold in **one** training, in disguise, scored
over 100 greedy episodes: measured by `make calibrate` (or `autograder calibrate UNIT --seeds N`),
which writes the records beside this page. The rule of the marks tries up to three trainings and
stops at the first that passes. Processor seconds are those of training and scoring on one thread;
they vary with the machine and with what else it does.

| what | trainings | reach the threshold | 95 % interval | score, median (lowest) | steps, median \
| processor seconds, median (largest) |
|---|---|---|---|---|---|---|
"""


def _write_summary(folder: Path) -> Path:
    """The page that shows all records as one table."""
    lines = []
    for path in sorted(folder.glob("*.json")):
        measured = json.loads(path.read_text(encoding="utf-8"))
        low, high = measured["pass_rate_95_percent_interval"]
        score, steps, seconds = (measured[key] for key in ("score", "steps", "processor_seconds"))
        shown = "–" if score is None else f"{score['median']:.1f} ({score['min']:.1f})"
        lines.append(
            f"| {path.stem} | {measured['seeds']} | {measured['passed']} "
            f"({measured['pass_rate']:.1%}), needed: {measured['rule']['threshold']:g} | "
            f"{low:.1%} – {high:.1%} | {shown} | {steps['median']:,.0f} | "
            f"{seconds['median']:.1f} ({seconds['max']:.1f}) |"
        )
    page = folder / "README.md"
    page.write_text(SUMMARY + "\n".join(lines) + "\n", encoding="utf-8")
    return page


def run_benchmark(course: Course, names: list[str], seeds: int) -> int:
    """Train references and Stable-Baselines3 in one run; then what the sandbox costs."""
    benchmark(course, [unit_named(name) for name in names], seeds)
    sandbox_cost(course, unit_named("policy_network"), rounds=seeds)
    return 0


def _named(outcome: Outcome) -> str:
    case = outcome.case
    return f"{case.unit}, {case.kind}" + ("" if case.name == case.kind else f", {case.name}")
