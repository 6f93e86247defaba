"""A result record as the outputs and texts that nbgrader reads and shows."""

from __future__ import annotations

import base64
from collections.abc import Callable

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.checks.judge import readable
from autograder.rendering.curve import learning_curve
from autograder.rendering.html import harmless, task_html
from autograder.rendering.palette import FAILED, PASSED
from autograder.rendering.text import number, plain
from autograder.results import EvaluationResult, Result, Status, TaskResult, short_name

AGENT = "agent"
STATUS_CELL = "autograder-status"

STATUS_TEXT = {
    Status.OK: "graded",
    Status.TIMEOUT: "stopped: it used all of its processor time. "
    "The points earned before that count.",
    Status.MEMORY: "stopped: it used all of its memory. The points earned before that count.",
    Status.CRASHED: "the Python process ended before the grader had finished. "
    "The points earned before that count.",
    Status.PROTOCOL: "stopped: it sent the grader something that the grader did not ask for.",
    Status.TOO_MUCH_OUTPUT: "stopped: it printed too much. The points earned before that count.",
    Status.INVALID_NOTEBOOK: "the file could not be read as a notebook of this unit.",
    Status.MISSING: "nothing was handed in.",
    Status.AGENT_ERROR: "the grader failed while it trained the agent. The other points count. "
    "Grade it again for the agent's points.",
    Status.GRADER_ERROR: "the grader itself failed, so this is not a mark. Grade it again.",
}


def check_outputs(result: Result, task: TaskResult, max_points: float) -> list[NotebookNode]:
    """The outputs below a check cell: the checks, the learning curve, and last the points.

    nbgrader takes the first `execute_result` for the mark; there is exactly one.
    """
    outputs = [_output("display_data", {"text/html": _report(result, task)})]
    if is_agent(task) and result.evaluation is not None and result.evaluation.curve:
        outputs.append(_curve(result.evaluation))
    points = min(max(task.points, 0.0), max_points)
    mark = _output("execute_result", {"text/plain": repr(float(points))})
    mark["execution_count"] = None
    return [*outputs, mark]


def status_line(result: Result) -> str | None:
    """One line of Markdown on anything unusual about a submission, or None.

    nbgrader keeps it as a comment, and formats comments: what may be a student's stands as code.
    """
    return " ".join(_remarks(result, _as_code)) or None


def status_cell(result: Result) -> NotebookNode:
    """A Markdown cell for the top of the notebook: status and points at a glance."""
    rows = "".join(
        f'<tr><td align="left">{harmless(short_name(task.task))}</td>'
        f'<td align="right">{number(task.points)}&nbsp;/&nbsp;{number(task.max_points)}</td>'
        f'<td align="left">{_summary(result, task)}</td></tr>'
        for task in result.tasks
    )
    remark = " ".join(_remarks(result, plain))
    total = f"Checks: {number(result.points)} of {number(result.max_points)} points"
    head = f"<p><strong>{total}</strong> · status: <strong>{result.status.value}</strong></p>"
    note = f"<p>⚠ <strong>{harmless(remark)}</strong></p>" if remark else ""
    table = f"<table><tbody>{rows}</tbody></table>"
    return NotebookNode(new_markdown_cell(f"{head}\n{note}\n{table}", id=STATUS_CELL))


def is_agent(task: TaskResult) -> bool:
    """Whether this is the trained agent's task."""
    return short_name(task.task) == AGENT


def _report(result: Result, task: TaskResult) -> str:
    """The checks of a task and the agent's score as HTML; every text in it is escaped."""
    headline = f"{number(task.points)} of {number(task.max_points)} points"
    if is_agent(task) and result.evaluation is not None:
        return task_html(headline, task, _score(result.evaluation))
    return task_html(headline, task)


def _score(evaluation: EvaluationResult) -> str:
    """The trained agent's score in words."""
    if evaluation.mean is None:
        return "The agent could not be trained, so it has no score."
    trainings = len(evaluation.scores)
    tries = f", best of {trainings} trainings" if trainings > 1 else ", one training"
    others = ""
    if trainings > 1:
        others = " (" + ", ".join(f"{score:.1f}" for score in evaluation.scores) + ")"
    return (
        f"Mean score of {evaluation.episodes} fresh episodes: "
        f"{evaluation.mean:.1f}{tries}{others}; {evaluation.threshold:g} are needed for all points."
    )


def _summary(result: Result, task: TaskResult) -> str:
    """The first thing to look at, as HTML: the first failed check, or the agent's score."""
    failed = [check for check in task.checks if not check.passed and not check.note]
    if failed:
        tail = f": {harmless(failed[0].message, 300)}" if failed[0].message else ""
        return f"{FAILED.mark} {harmless(readable(failed[0].check))}{tail}"
    if is_agent(task) and result.evaluation is not None and result.evaluation.mean is not None:
        return f"mean score {result.evaluation.mean:.1f}"
    return PASSED.mark if task.checks and task.points >= task.max_points else ""


def _curve(evaluation: EvaluationResult) -> NotebookNode:
    picture = base64.b64encode(learning_curve(evaluation)).decode("ascii")
    text = f"Learning curve over {len(evaluation.curve)} training episodes"
    output = _output("display_data", {"image/png": picture, "text/plain": text})
    output.metadata["image/png"] = NotebookNode(alt=text)
    return output


def _output(kind: str, data: dict[str, str]) -> NotebookNode:
    """Like nbformat's new_output, which validates each: they are, when the notebook is written."""
    return NotebookNode(output_type=kind, data=NotebookNode(data), metadata=NotebookNode())


def _remarks(result: Result, shown: Callable[[str, int], str]) -> list[str]:
    """Anything unusual about a submission. shown: a stranger's text, at most so long."""
    remarks = []
    if result.status is not Status.OK:
        remarks.append(f"Status: {result.status.value} – {STATUS_TEXT[result.status]}")
        if result.message:
            remarks.append(shown(result.message, 500))
    if not result.sandboxed:
        remarks.append("Graded without the sandbox (unsafe).")
    return remarks + [f"Note: {shown(warning, 300)}" for warning in result.warnings[:20]]


def _as_code(text: str, limit: int) -> str:
    """The text as Markdown that shows it as it is: no link, no formula, no heading."""
    return f"`{plain(text, limit).replace('`', chr(0x2CB))}`"
