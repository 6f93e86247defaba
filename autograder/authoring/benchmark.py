"""Is the course fast? Its references beside Stable-Baselines3, and the grader beside no sandbox."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from types import ModuleType

import gymnasium as gym
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from autograder.agents.evaluation import evaluate, train_and_score
from autograder.agents.seeds import derived_seed
from autograder.authoring.edits import reference, silent_student_of
from autograder.checks import judge as judging
from autograder.course import Course, CourseError
from autograder.grading.submission import GradingOptions, agent_seeds, grade_file
from autograder.units import Unit, unit_named
from autograder.worker.local import LocalStudent
from autograder.worker.shell import start_shell
from helpers.checkpoints import Checkpoints
from helpers.training import mean_score, play_episodes, train_agent

ALGORITHMS = ("DQN", "PPO")
MARKER = "installed"
#: How a reference is graded.
GRADED = ("alone", "in a class", "without")


#: One training with a seed: its processor seconds, and the agent's mean score afterwards.
OneTraining = Callable[[int], tuple[float, float]]


def benchmark(course: Course, units: list[Unit], seeds: int) -> None:
    """Train all of them in one run, turn by turn, and print the ratios.

    Raises CourseError if Stable-Baselines3 cannot be installed beside the course.
    """
    console = Console()
    python = _environment(course, console)
    ours = {unit.name: unit.agent.environment for unit in units if unit.agent is not None}
    others = {
        environment: [f"SB3 {name}, {environment.split('/')[-1]}" for name in ALGORITHMS]
        for environment in sorted(set(ours.values()))
    }
    contenders: dict[str, OneTraining] = {
        name: partial(_stable_baselines, course, python, algorithm, environment)
        for environment, names in others.items()
        for name, algorithm in zip(names, ALGORITHMS, strict=True)
    }
    contenders |= {
        unit.name: partial(_reference, course, unit) for unit in units if unit.name in ours
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    scores: dict[str, list[float]] = {name: [] for name in contenders}
    with tqdm(total=seeds * len(contenders), unit="training") as progress:
        for seed in range(seeds):
            for name, train in contenders.items():
                progress.set_description(name)
                used, score = train(seed)
                seconds[name].append(used)
                scores[name].append(score)
                progress.update()
    table = Table(title=f"Processor seconds to the threshold, median of {seeds} trainings")
    columns = ("agent", "seconds", "lowest score", *(f"SB3 {name} / ours" for name in ALGORITHMS))
    for column in columns:
        table.add_column(column, justify="left" if column == "agent" else "right")
    for name, measured in seconds.items():
        theirs = others[ours[name]] if name in ours else []
        ratios = [f"{median(seconds[other]) / median(measured):.1f}" for other in theirs]
        table.add_row(name, f"{median(measured):.1f}", f"{min(scores[name]):.0f}", *ratios)
    console.print(table)


def sandbox_cost(course: Course, units: list[Unit], rounds: int) -> None:
    """Grade the references in the sandbox and in a plain process, turn by turn; print the medians.

    Alone: a process that grades one notebook and ends, its imports included. In a class: the next
    notebook that it grades. Without: the same questions with the same seeds, without sandbox and
    pipe, in a process that has to end afterwards, too: no two students' code can share one.
    """
    table = Table(title=f"Grading a reference, processor seconds, medians of {rounds}")
    for column in ("unit", *GRADED, "alone adds", "in a class adds"):
        table.add_column(column, justify="left" if column == "unit" else "right")
    sums = [0.0] * len(GRADED)
    with tqdm(total=len(units) * rounds, unit="round") as progress:
        for unit in units:
            progress.set_description(unit.name)
            measured: list[list[float]] = []
            for _ in range(rounds):
                both = (_grade_in_sandbox, _ask_everything)
                measured.append(
                    [second for grade in both for second in _in_a_process(grade, course, unit)]
                )
                progress.update()
            medians = [median(seconds) for seconds in zip(*measured, strict=True)]
            sums = [total + seconds for total, seconds in zip(sums, medians, strict=True)]
            table.add_row(unit.name, *_compared(*medians))
    table.add_section()
    table.add_row("these together", *_compared(*sums))
    Console().print(table)


def _compared(alone: float, in_a_class: float, without: float) -> Iterator[str]:
    yield from (f"{seconds:.1f}" for seconds in (alone, in_a_class, without))
    yield from (f"{seconds / without - 1:+.0%}" for seconds in (alone, in_a_class))


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
        for cell in reference(unit, course).cells:
            if cell.runs:
                shell.run_cell(cell.source, store_history=True)
        _judge(LocalStudent(shell.user_ns, unit.framework), unit, course.secret())
    says.send([time.process_time()])


def _judge(student: LocalStudent, unit: Unit, secret: bytes) -> None:
    """Ask every task, then train and score the agent."""
    for task in unit.tasks:
        judging.judge(task, student, derived_seed(secret, task.name))
    rule = unit.agent
    if rule is not None:
        evaluate(
            rule,
            lambda seed: train_and_score(rule, student, seed),
            agent_seeds(unit, rule, secret),
        )


def _reference(course: Course, unit: Unit, seed: int) -> tuple[float, float]:
    """One training of our reference, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_train, course.root, unit.name, seed).result()


def _train(root: Path, unit_name: str, seed: int) -> tuple[float, float]:
    """Processor seconds of one training of the reference, and the agent's score afterwards."""
    course, unit = Course(root), unit_named(unit_name)
    student = silent_student_of(reference(unit, course), unit)
    rule = unit.agent
    assert rule is not None
    student.seed(seed)
    agent = student.object(student.call(rule.factory).number)
    started = time.process_time()
    train_agent(agent, rule.environment, replace(rule.training, seed=seed, progress=False))
    seconds = time.process_time() - started
    return seconds, mean_score(play_episodes(agent, rule.environment, seed=10_000 + seed))


def _stable_baselines(
    course: Course, python: Path, algorithm: str, environment: str, seed: int
) -> tuple[float, float]:
    """One training of theirs, with episodes as long as ours and up to the same goal."""
    script = course.root / "bench" / "stable_baselines.py"
    options = {
        "--seed": seed,
        "--steps": gym.spec(environment).max_episode_steps,
        "--threshold": Checkpoints(environment, every=1).goal,
    }
    command = [str(python), str(script), algorithm]
    for option, value in options.items():
        command += [option, str(value)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = json.loads(output.splitlines()[-1])
    return found["processor_seconds"], found["score"]


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
