"""The page that shows all records of the calibration: a table, and every score in a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from autograder.agents.error_bounds import REFERENCE, read_record, record_paths
from autograder.course import Course
from autograder.units import units_of

SUMMARY = """# Calibration

How often the reference of each unit, and agents with a mistake, reach the threshold in **one**
training, in disguise, scored over 100 greedy episodes (one where all would be the same): measured
by `autograder calibrate UNIT --seeds N [--mistake NAME]`, which writes the records into
`solutions/<unit>/calibration/`.

The rule of the marks tries up to three trainings and stops at the first that passes. *The rule is
wrong* says how often that is at most: for a right solution that fails all three, from the
one-sided 95 % Clopper–Pearson bound of a single training; for a mistake that passes one of three:
it must reach the threshold (Cantelli's inequality with the mean and the standard deviation of its
scores), and a fresh agent must then learn as the unit teaches (*learns, asked*: how many of those
that were asked; the same bound as above). Where a unit trains nothing, its rule of thumb is played
once, and Cantelli's inequality bounds how often its score falls so low. Processor seconds are those
of training and scoring on one thread; they vary with the machine and with what else it does.

![Every measured score, against the threshold](scores.png)

| what | trainings | reach the threshold | 95 % interval | learns, asked | \
the rule is wrong, at most | score, median (lowest – highest) | steps, median | \
processor seconds, median (largest) |
|---|---|---|---|---|---|---|---|---|
"""


def write_page(course: Course) -> list[Path]:
    """Write README.md and scores.png about the units' records; returns both."""
    records = _records(course)
    folder = course.root / "docs" / "calibration"
    folder.mkdir(parents=True, exist_ok=True)
    page, picture = folder / "README.md", folder / "scores.png"
    lines = [_line(name, measured) for name, measured in records.items()]
    page.write_text(SUMMARY + "\n".join(lines) + "\n", encoding="utf-8")
    _draw(records, picture)
    return [page, picture]


def _records(course: Course) -> dict[str, dict[str, Any]]:
    """All records by name: the units in the order of the course, the reference first."""
    return {
        unit.name if path.stem == REFERENCE else f"{unit.name}-{path.stem}": read_record(path)
        for unit in units_of(course)
        for path in record_paths(course.calibration(unit.assignment))
    }


def _line(name: str, measured: dict[str, Any]) -> str:
    low, high = measured["pass_rate_95_percent_interval"]
    score, steps, seconds = (measured[key] for key in ("score", "steps", "processor_seconds"))
    shown = "–"
    if score is not None:
        shown = f"{score['median']:.1f} ({score['min']:.1f} – {score['max']:.1f})"
    wrong = measured["rule_passes_at_most" if "-" in name else "rule_fails_at_most"]
    asked = measured["asked_whether_it_learns"]
    learns = f"{measured['learns']} of {asked}" if asked else "–"
    return (
        f"| {name} | {measured['seeds']} | {measured['passed']} ({measured['pass_rate']:.1%}), "
        f"needed: {measured['rule']['threshold']:g} | {low:.1%} – {high:.1%} | {learns} | "
        f"{wrong:.2%} | {shown} | {steps['median']:,.0f} | "
        f"{seconds['median']:.1f} ({seconds['max']:.1f}) |"
    )


def _draw(records: dict[str, dict[str, Any]], path: Path) -> None:
    """One row of dots for each record, in a panel for each unit."""
    panels: dict[str, list[str]] = {}
    for name in records:
        panels.setdefault(name.split("-")[0], []).append(name)
    rows = [len(names) for names in panels.values()]
    figure = Figure(figsize=(9, 0.7 * len(panels) + 0.32 * sum(rows)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=[1 + n for n in rows])
    for panel, names in zip(axes[:, 0], panels.values(), strict=True):
        _draw_unit(panel, [records[name] for name in names], names)
    axes[-1, 0].set_xlabel("mean score after one training, without exploring")
    figure.savefig(path, dpi=90, metadata={"Software": None})


def _draw_unit(axes: Axes, records: list[dict[str, Any]], names: list[str]) -> None:
    random = np.random.default_rng(0)  # dots of equal scores side by side
    lowest = 0.0
    for row, measured in enumerate(records):
        scores = [score for score in measured["scores"] if score is not None]
        lowest = min([lowest, *scores])
        heights = row + random.uniform(-0.25, 0.25, size=len(scores))
        axes.scatter(scores, heights, s=9, alpha=0.6, color="#0072B2" if row == 0 else "#D55E00")
    threshold = records[0]["rule"]["threshold"]
    axes.axvline(threshold, color="#2e7d32", linestyle="--", linewidth=1)
    axes.set_yticks(range(len(names)), [name.split("-")[-1] for name in names], fontsize=8)
    axes.set_ylim(len(names) - 0.4, -0.6)
    if lowest >= 0:
        axes.set_xlim(left=0)
    axes.set_title(f"needed: {threshold:g}", loc="right", fontsize=8, color="#2e7d32")
    axes.tick_params(axis="x", labelsize=8)
