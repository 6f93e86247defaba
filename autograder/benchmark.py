"""Is the course fast? Its references beside Stable-Baselines3, and the grader beside no sandbox."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from autograder import judging
from autograder.calibration import ONE_THREAD, REFERENCE, train_once
from autograder.course import Course, CourseError
from autograder.evaluation import derived_seed, evaluate, train_and_score
from autograder.grading import GradingOptions, agent_seeds, grade_file
from autograder.units import Unit, unit_named
from autograder.variants import reference, student_of

ALGORITHMS = ("DQN", "PPO")
MARKER = "installed"


@dataclass(frozen=True)
class Measured:
    """Processor seconds and scores of some trainings of one agent."""

    name: str
    seconds: tuple[float, ...]
    scores: tuple[float, ...]


def benchmark(course: Course, units: list[Unit], seeds: int) -> None:
    """Train all of them in one run, turn by turn, and print the ratios.

    Raises CourseError if Stable-Baselines3 cannot be installed beside the course.
    """
    os.environ.update(ONE_THREAD)
    console = Console()
    python = _environment(course, console)
    trained = [unit for unit in units if unit.agent is not None]
    found = [_stable_baselines(course, python, algorithm, seeds) for algorithm in ALGORITHMS]
    found += [_reference(course, unit, seeds) for unit in trained]
    table = Table(title=f"Processor seconds to the threshold, median of {seeds} trainings")
    for column in ("agent", "seconds", "scores", *(f"SB3 {name} / ours" for name in ALGORITHMS)):
        table.add_column(column, justify="left" if column == "agent" else "right")
    others = [median(measured.seconds) for measured in found[: len(ALGORITHMS)]]
    for number, measured in enumerate(found):
        seconds = median(measured.seconds)
        ours = number >= len(ALGORITHMS)
        ratios = [f"{other / seconds:.1f}" if ours else "" for other in others]
        scores = ", ".join(f"{score:.0f}" for score in measured.scores)
        table.add_row(measured.name, f"{seconds:.1f}", scores, *ratios)
    console.print(table)


def sandbox_cost(course: Course, unit: Unit, rounds: int) -> float:
    """Grade the reference in the sandbox and in a plain process, turn by turn; print the medians.

    Both in a fresh process, imports included. The plain one asks the same questions with the
    same seeds, without sandbox and pipe, so that it trains the same agents.
    Returns by which part the sandbox and the pipe are dearer in processor time.
    """
    ways = {"sandbox": _grade_in_sandbox, "process": _ask_everything}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    wall: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, grade in ways.items():
            started = time.monotonic()
            processor[name].append(_in_a_process(grade, course, unit))
            wall[name].append(time.monotonic() - started)
    dearer = median(processor["sandbox"]) / median(processor["process"]) - 1
    table = Table(title=f"Grading the {unit.name} reference, medians of {rounds}")
    for column in ("", "processor seconds", "seconds"):
        table.add_column(column, justify="right" if column else "left")
    for name in ways:
        table.add_row(name, f"{median(processor[name]):.2f}", f"{median(wall[name]):.2f}")
    console = Console()
    console.print(table)
    console.print(f"Sandbox and pipe add {100 * dearer:+.1f} % of processor time.")
    return dearer


def _in_a_process(
    grade: Callable[[Path, str, Connection], None], course: Course, unit: Unit
) -> float:
    """Grade in a fresh process; the processor seconds that it says it used, and all it started."""
    context = multiprocessing.get_context("spawn")
    said, says = context.Pipe(duplex=False)
    worker = context.Process(target=grade, args=(course.root, unit.name, says))
    worker.start()
    says.close()
    try:
        return float(said.recv())
    except EOFError:
        raise CourseError("A process that graded ended without a word.") from None
    finally:
        worker.join()


def _grade_in_sandbox(root: Path, unit_name: str, says: Connection) -> None:
    """Grade the reference as the grader does."""
    course, unit = Course(root), unit_named(unit_name)
    path = course.source(unit.assignment).with_suffix(".ipynb")
    result = grade_file(path, unit, course, GradingOptions(sandboxed=True))
    says.send(time.process_time() + result.seconds)


def _ask_everything(root: Path, unit_name: str, says: Connection) -> None:
    """What the grader asks of the reference, asked of it right here."""
    course, unit = Course(root), unit_named(unit_name)
    secret = course.secret()
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        student = student_of(reference(unit, course), unit)
    for task in unit.tasks:
        judging.judge(task, student, derived_seed(secret, task.name))
    if unit.agent is not None:
        rule = unit.agent
        evaluate(
            rule,
            lambda seed: train_and_score(
                rule, student, lambda made, _: student.object(made.number), seed
            ),
            agent_seeds(unit, rule, secret),
        )
    says.send(time.process_time())


def _reference(course: Course, unit: Unit, seeds: int) -> Measured:
    """Our reference, each training in a process of its own."""
    runs = [train_once(course, unit, REFERENCE, seed) for seed in range(seeds)]
    return Measured(
        unit.name,
        tuple(run.processor_seconds for run in runs),
        tuple(run.score or 0.0 for run in runs),
    )


def _stable_baselines(course: Course, python: Path, algorithm: str, seeds: int) -> Measured:
    script = course.root / "bench" / "stable_baselines.py"
    command = [str(python), str(script), algorithm, "--seeds", str(seeds)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return Measured(
        f"Stable-Baselines3 {algorithm}",
        tuple(line["processor_seconds"] for line in lines),
        tuple(line["score"] for line in lines),
    )


def _environment(course: Course, console: Console) -> Path:
    """The Python of Stable-Baselines3's own virtual environment, made when it is not there."""
    folder = course.root / ".venv-bench"
    python = folder / "bin" / "python"
    if (folder / MARKER).exists():
        return python
    console.print("Installing Stable-Baselines3 into .venv-bench …")
    venv.create(folder, with_pip=True, clear=True)
    requirements = course.root / "bench" / "requirements.txt"
    command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements)]
    if subprocess.run(command, stdout=sys.stderr).returncode:
        raise CourseError("Stable-Baselines3 could not be installed: see pip's message above.")
    (folder / MARKER).touch()
    return python
