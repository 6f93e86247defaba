"""The class as files: a CSV for the spreadsheet, and a page to look at."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from autograder.agents.error_bounds import in_words
from autograder.course import Course
from autograder.grading.whole_file import replace_text
from autograder.rendering.text import spreadsheet_cell
from autograder.report.curves import curves_of
from autograder.report.frequent_mistakes import Mistake
from autograder.report.html import address, write_html
from autograder.report.row import Row
from autograder.report.rows import ClassReport
from autograder.results import Status

#: By which spreadsheets know UTF-8.
_BYTE_ORDER_MARK = "\ufeff"
_BARS = 10
_MOST_MISTAKES = 15
#: So many students are named below a mistake; the table of students can show the others.
_MOST_NAMED = 100


def write_csv(report: ClassReport, course: Course) -> Path:
    """Write the table of marks as a CSV and return its path."""
    path = _folder(course, report) / "marks.csv"
    tasks = [name for name, _ in report.tasks]
    header = ["student", "status", *tasks, "automatic", "by_hand", "to_grade", "late", "penalty"]
    header += ["mark", "points", "max_points", "mean_score", "sandboxed", "message", "warnings"]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    for row in report.rows:
        writer.writerow([spreadsheet_cell(value) for value in _values(row, report)])
    replace_text(path, f"{_BYTE_ORDER_MARK}{file.getvalue()}")
    return path


def write_page(report: ClassReport, course: Course, formgrader: str = "") -> Path:
    """Write the class report as one HTML page and return its path.

    formgrader: the address of the formgrader; without one, there are no links to it.
    """
    path = _folder(course, report) / "class.html"
    rows, frequent = report.rows, report.mistakes[:_MOST_MISTAKES]
    made = _made(frequent)
    return write_html(
        path,
        "class.html.j2",
        report=report,
        bars=_histogram(report),
        kinds=list(dict.fromkeys(kind for row in rows for kind in _kinds(row))),
        kinds_of=lambda row: "|".join([*_kinds(row), *made.get(row.student, ())]),
        frequent=frequent,
        most_named=_MOST_NAMED,
        numbers={row.student: number for number, row in enumerate(rows, 1)},
        links={row.student: address(row.feedback, path) for row in rows},
        ok=Status.OK,
        rule=in_words(report.unit.agent, course.calibration(report.unit.assignment)),
        curves=curves_of(report, course),
        formgrader=formgrader.rstrip("/"),
    )


def _kinds(row: Row) -> list[str]:
    """What the rows can be filtered by."""
    late, open_ones = (["late"] if row.late else []), (["to grade by hand"] if row.to_grade else [])
    return [row.result.status.value, *late, *open_ones]


def _made(frequent: list[Mistake]) -> dict[str, list[str]]:
    """The numbers of the mistakes that each student made."""
    made: dict[str, list[str]] = {}
    for number, mistake in enumerate(frequent, 1):
        for student in mistake.students:
            made.setdefault(student, []).append(str(number))
    return made


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
        row.late, row.penalty, row.standing, row.final, report.max_points, mean,
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
