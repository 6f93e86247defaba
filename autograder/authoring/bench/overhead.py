"""What grading takes beside the student's own computation, in the sandbox and without it."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.table import Table

from autograder.agents.evaluation import evaluate, train_and_score
from autograder.agents.seeds import derived_seed
from autograder.authoring.bench.measurements import Measurements
from autograder.authoring.edits import reference
from autograder.checks import judge as judging
from autograder.course import Course, CourseError
from autograder.grading.submission import GradingOptions, agent_seeds, grade_file
from autograder.units import Unit, unit_named
from autograder.worker.local import LocalStudent
from autograder.worker.shell import start_shell


@dataclass(frozen=True)
class Costs:
    """Processor seconds of grading one reference.

    alone: a process that grades one notebook and ends, its imports included. in_a_class: the next
    notebook that it grades. without: the same questions with the same seeds, without sandbox and
    pipe, in a process that has to end afterwards, too: no two students' code can share one. own: of
    these the student's own computation, that is the cells without their imports, what the student's
    functions take to answer, and the trainings with their environments and tests.
    """

    alone: float
    in_a_class: float
    without: float
    own: float

    @property
    def overhead(self) -> float:
        """The share of time in a class that is not the student's own computation."""
        return 1 - self.own / self.in_a_class


def compare_costs(course: Course, units: list[Unit], rounds: int, kept: Measurements) -> None:
    """Grade the references in the sandbox and in a plain process; print the medians."""
    table = Table(title=f"Grading a reference, processor seconds, medians of {rounds}")
    table.add_column("unit", no_wrap=True)
    for column in ("alone", "in a class", "without", "own", "alone adds", "class adds", "not own"):
        table.add_column(column, justify="right")
    medians = []
    for unit in units:
        measured = [
            kept.get(f"costs {unit.name} {number}", partial(_measured, course, unit))
            for number in range(rounds)
        ]
        costs = Costs(*(median(one[name] for one in measured) for name in Costs.__annotations__))
        medians.append(costs)
        table.add_row(unit.name, *_compared(costs))
    table.add_section()
    together = (sum(getattr(one, name) for one in medians) for name in Costs.__annotations__)
    table.add_row("these together", *_compared(Costs(*together)))
    Console().print(table)


def _compared(costs: Costs) -> Iterator[str]:
    seconds = (costs.alone, costs.in_a_class, costs.without, costs.own)
    yield from (f"{one:.2f}" for one in seconds)
    yield from (f"{one / costs.without - 1:+.0%}" for one in (costs.alone, costs.in_a_class))
    yield f"{costs.overhead:.0%}"


def _measured(course: Course, unit: Unit) -> dict[str, Any]:
    alone, in_a_class = _in_a_process(_grade_in_sandbox, course, unit)
    without, own = _in_a_process(_ask_everything, course, unit)
    return {"alone": alone, "in_a_class": in_a_class, "without": without, "own": own}


def _in_a_process(
    grade: Callable[[Path, str, Connection], None], course: Course, unit: Unit
) -> list[float]:
    """Grade in a fresh process; the processor seconds that it says it used, and all it started."""
    context = multiprocessing.get_context("spawn")
    said, says = context.Pipe(duplex=False)
    worker = context.Process(target=grade, args=(course.root, unit.name, says))
    worker.start()
    says.close()
    try:
        return list(said.recv())
    except EOFError:
        raise CourseError("A process that graded ended without a word.") from None
    finally:
        worker.join()


def _grade_in_sandbox(root: Path, unit_name: str, says: Connection) -> None:
    """Grade the reference as the grader does, and once more."""
    course, unit = Course(root), unit_named(unit_name)
    path = course.source(unit.assignment).with_suffix(".ipynb")
    seconds = []
    before = 0.0
    for _ in range(2):
        result = grade_file(path, unit, course, GradingOptions(sandboxed=True))
        now = time.process_time()
        seconds.append(now - before + result.seconds)
        before = now
    says.send(seconds)


def _ask_everything(root: Path, unit_name: str, says: Connection) -> None:
    """What the grader asks of the reference, asked of it right here."""
    course, unit = Course(root), unit_named(unit_name)
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        shell = start_shell(ModuleType("__main__"))
        sources = [cell.source for cell in reference(unit, course).cells if cell.runs]
        _run_cells(shell, sources)
        started = time.process_time()
        _run_cells(shell, sources)  # once more, because everything is imported now
        cells = time.process_time() - started
        student = TimedStudent(shell.user_ns, unit.framework)
        own = _judge(student, unit, course.secret())
    says.send([time.process_time() - cells, cells + own])


def _run_cells(shell: Any, sources: list[str]) -> None:
    for source in sources:
        shell.run_cell(source, store_history=True)


class TimedStudent(LocalStudent):
    """Counts the processor seconds that the student's own code takes to answer."""

    def __init__(self, namespace: dict[str, Any], framework: str | None) -> None:
        super().__init__(namespace, framework)
        self.seconds = 0.0
        self._inside = False

    def _run(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...] = (),
        keywords: dict[str, Any] | None = None,
    ) -> Any:
        if self._inside:
            return super()._run(function, arguments, keywords)
        self._inside = True
        started = time.process_time()
        try:
            return super()._run(function, arguments, keywords)
        finally:
            self.seconds += time.process_time() - started
            self._inside = False


def _judge(student: TimedStudent, unit: Unit, secret: bytes) -> float:
    """Ask every task, train and score the agent; the seconds that were the student's own."""
    for task in unit.tasks:
        judging.judge(task, student, derived_seed(secret, task.name))
    own = student.seconds
    rule = unit.agent
    if rule is None:
        return own
    started = time.process_time()
    evaluate(
        rule,
        lambda seed: train_and_score(rule, student, seed),
        agent_seeds(unit, rule, secret),
    )
    return own + time.process_time() - started
