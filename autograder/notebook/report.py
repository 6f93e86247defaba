"""What `check(...)` shows in a notebook: the points of an exercise, and a line for each check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.agents.verdict import shown_score
from autograder.checks.judge import readable
from autograder.checks.worked_example import WorkedExample, examples_for
from autograder.rendering.html import task_html
from autograder.rendering.palette import look_of
from autograder.rendering.text import plain_lines
from autograder.results import EvaluationResult, TaskResult


class CheckReport(float):
    """The points of a check; a notebook shows it as one line for each check."""

    result: TaskResult
    evaluation: EvaluationResult | None
    examples: dict[str, str]

    def __new__(
        cls,
        result: TaskResult,
        evaluation: EvaluationResult | None = None,
        examples: Sequence[WorkedExample] = (),
    ) -> CheckReport:
        """examples: those of the task; the ones for what is wrong are kept."""
        report = super().__new__(cls, result.points)
        report.result = result
        report.evaluation = evaluation
        report.examples = examples_for(result.checks, examples)
        return report

    def show_examples(self) -> None:
        """Print the worked examples for what is wrong; a notebook shows them folded."""
        for name, example in self.examples.items():
            print(f"{readable(name)}:\n{example}\n")

    def __repr__(self) -> str:
        lines = [self._headline()]
        for check in self.result.checks:
            lines.append(f"  {look_of(check).mark} {readable(check.check)}")
            if check.message:
                lines.append(f"      {plain_lines(check.message)}")
        if self.examples:
            lines.append(f"  For a worked example: check({self.result.task!r}, …).show_examples()")
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """As nbgrader reads a cell's result: it takes any text but a number for full points."""
        printer.text(repr(float(self)))

    def _repr_html_(self) -> str:
        lines = task_html(self._headline(), self.result, examples=self.examples)
        return f'<div style="font-family: sans-serif; max-width: 50em">{lines}</div>'

    def _headline(self) -> str:
        result = self.result
        headline = f"{result.task}: {result.points:g} of {result.max_points:g} points"
        evaluation = self.evaluation
        if evaluation is None or evaluation.mean is None:
            return headline
        score = shown_score(evaluation.mean, evaluation.threshold)
        return (
            f"{headline} (mean score {score} over {evaluation.episodes} "
            f"episodes; {evaluation.threshold:g} needed)"
        )
