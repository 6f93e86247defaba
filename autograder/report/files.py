"""The class as files: a CSV for the spreadsheet, and a page to look at."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from urllib.parse import quote

from autograder.agents.error_bounds import in_words
from autograder.course import Course
from autograder.rendering.html import environment
from autograder.rendering.palette import FAILED, NOTE, PASSED
from autograder.rendering.text import spreadsheet_cell
from autograder.report.rows import ClassReport, Row
from autograder.results import Status

_BARS = 10


def write_csv(report: ClassReport, course: Course) -> Path:
    """Write the table of marks as a CSV and return its path."""
    path = _folder(course, report) / "marks.csv"
    tasks = [name for name, _ in report.tasks]
    header = ["student", "status", *tasks, "automatic", "by_hand", "to_grade", "late", "penalty"]
    header += ["points", "max_points", "mean_score", "sandboxed", "message", "warnings"]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in report.rows:
            writer.writerow([spreadsheet_cell(value) for value in _values(row, report)])
    return path


def write_page(report: ClassReport, course: Course) -> Path:
    """Write the class report as one HTML page and return its path."""
    path = _folder(course, report) / "class.html"
    template = environment().get_template("report/class.html.j2")
    page = template.render(
        report=report,
        bars=_histogram(report),
        links={row.student: _link(row, path.parent) for row in report.rows},
        ok=Status.OK,
        good=PASSED,
        bad=FAILED,
        odd=NOTE,
        rule=in_words(report.unit.agent, course.calibration(report.unit.assignment)),
    )
    path.write_text(page, encoding="utf-8")
    return path


def _folder(course: Course, report: ClassReport) -> Path:
    folder = course.root / "reports" / report.unit.assignment
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _values(row: Row, report: ClassReport) -> list[object]:
    result, mark = row.result, row.mark
    mean = None if row.mean_score is None else round(row.mean_score, 2)
    by_hand = None if mark is None or (mark.to_grade and not mark.by_hand) else mark.by_hand
    return [
        row.student, result.status.value, *row.points, row.automatic, by_hand, row.to_grade,
        row.late, row.penalty, row.total, report.max_points, mean,
        "yes" if result.sandboxed else "NO (unsafe)", result.message or "",
        "; ".join(result.warnings),
    ]  # fmt: skip


def _histogram(report: ClassReport) -> list[tuple[str, int, float]]:
    """For each tenth of the points: its label, how many students, the bar's height in percent."""
    counts = [0] * _BARS
    for row in report.marked:
        counts[min(_BARS - 1, int(_BARS * (row.total or 0.0) / report.max_points))] += 1
    tallest = max(1, *counts)
    return [
        (f"{100 * bar // _BARS}–{100 * (bar + 1) // _BARS} %", count, 100 * count / tallest)
        for bar, count in enumerate(counts)
    ]


def _link(row: Row, folder: Path) -> str | None:
    """The feedback page's address, relative to the report's folder."""
    if row.feedback is None:
        return None
    return quote(Path(os.path.relpath(row.feedback, folder)).as_posix())
