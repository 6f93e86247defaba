"""The class as a table in the terminal, and one student's result in lines."""

from __future__ import annotations

import sys
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.checks.judge import NOT_REACHED, readable
from autograder.gradebook.final_mark import TO_GRADE
from autograder.rendering.palette import FAILED, PASSED, WAITING, look_of
from autograder.rendering.text import number, plain, plain_lines
from autograder.report.row import Row
from autograder.report.rows import ClassReport
from autograder.results import Result, Status, TaskResult

#: Where the output is no terminal there is no line that could be too long.
_WIDE = 200
_LONGEST_NAME = 32
_STYLES = {
    Status.OK: "green",
    Status.MISSING: "dim",
    Status.GRADER_ERROR: "bold red",
    Status.AGENT_ERROR: "bold red",
}


def print_class(report: ClassReport, file: TextIO | None = None) -> None:
    """Print the table: student, status, the points of each task, total, mean score."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("student", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for name, points in report.tasks:
        table.add_column(Text(f"{name}\n/{number(points)}"), justify="right")
    if report.by_hand_max:
        table.add_column(Text(f"by hand\n/{number(report.by_hand_max)}"), justify="right")
    if report.any_late:
        table.add_column("late", justify="right", no_wrap=True)
        table.add_column("penalty", justify="right")
    table.add_column(Text(f"final\n/{number(report.max_points)}"), justify="right")
    table.add_column("mean\nscore", justify="right")
    for row in report.rows:
        table.add_row(*_cells(row, report))
    console = _console(file)
    console.print(table)
    counts = ", ".join(f"{count} {status}" for status, count in report.statuses.items())
    students = "1 student" if len(report.rows) == 1 else f"{len(report.rows)} students"
    console.print(f"{students}: {counts}.", highlight=False, markup=False)
    if report.unsafe:
        console.print(
            f"UNSAFE: {report.unsafe} results were made without the sandbox.", style="bold red"
        )
    if report.to_grade:
        console.print(
            f"Still to be graded by hand: {report.to_grade} answers. They are missing in marks "
            "with a star.",
            highlight=False,
        )
    for row in report.rows:
        for remark in row.remarks:
            console.print(Text(f"{plain(row.student, 60)}: {plain(remark, 300)}"), style="dim")


def print_result(result: Result, file: TextIO | None = None) -> None:
    """Print one notebook's result: each task, each failed check with its message, the score."""
    console = _console(file)
    style = _STYLES.get(result.status, "yellow")
    share = f"{number(result.points)} of {number(result.max_points)} points"
    console.print(
        Text.assemble(
            (result.unit, "bold"), ": ", (share, "bold"), ", status ", (result.status.value, style)
        )
    )
    if not result.sandboxed:
        console.print(Text("UNSAFE: graded without the sandbox.", "bold red"))
    if result.status is not Status.OK and result.message:
        console.print(Text(plain_lines(result.message), "yellow"))
    for warning in result.warnings:
        console.print(Text(f"Note: {plain(warning)}", "yellow"))
    for task in result.tasks:
        _print_task(console, task)
    evaluation = result.evaluation
    if evaluation is not None and evaluation.mean is not None:
        trainings = len(evaluation.scores)
        console.print(
            f"Trained agent: mean score {evaluation.mean:.1f} over {evaluation.episodes} episodes, "
            f"{evaluation.threshold:g} needed; "
            f"{trainings} training{'s' if trainings != 1 else ''}.",
            highlight=False,
        )


def _print_task(console: Console, task: TaskResult) -> None:
    share = f"{number(task.points)}/{number(task.max_points)}"
    full = task.points >= task.max_points
    look, style = (PASSED, "green") if full else (FAILED, "red")
    console.print(Text.assemble((f"{look.mark} {task.task}  ", style), share))
    waiting = 0
    for check in task.checks:
        if check.mistake == NOT_REACHED:
            waiting += 1
        elif not check.passed:
            message = plain_lines(check.message or "")
            console.print(Text(f"  {look_of(check).mark} {readable(check.check)}: {message}"))
    if waiting:
        console.print(Text(f"  {WAITING.mark} {waiting} more not checked yet", "dim"))


def _cells(row: Row, report: ClassReport) -> list[Text]:
    status = Text(
        row.status, "yellow" if row.status == TO_GRADE else _STYLES.get(row.result.status, "yellow")
    )
    points = [
        Text("–" if earned is None else number(earned), _shade(earned, task.max_points))
        for earned, task in zip(row.points, row.result.tasks, strict=True)
    ]
    total = Text(row.shown, "bold")
    mean = Text("" if row.mean_score is None else f"{row.mean_score:.1f}")
    name = plain(row.student, _LONGEST_NAME)
    by_hand = [Text(row.by_hand)] if report.by_hand_max else []
    penalty = Text(f"-{number(row.penalty)}" if row.penalty else "")
    late = [Text(row.late, "yellow"), penalty] if report.any_late else []
    return [Text(name), status, *points, *by_hand, *late, total, mean]


def _shade(earned: float | None, most: float) -> str:
    if earned is None:
        return "bold red"
    return "green" if earned >= most else "yellow" if earned > 0 else "dim"


def _console(file: TextIO | None) -> Console:
    out = file or sys.stdout
    return Console(file=out, width=None if out.isatty() else _WIDE, soft_wrap=False)
