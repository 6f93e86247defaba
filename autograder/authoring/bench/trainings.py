"""How long the reference agents train, beside those of Stable-Baselines3."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

import gymnasium as gym
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from autograder.authoring.bench.environments import made
from autograder.authoring.edits import reference, silent_student_of
from autograder.course import Course
from autograder.units import Unit, unit_named
from helpers.checkpoints import Checkpoints
from helpers.training import mean_score, play_episodes, train_agent

ALGORITHMS = ("DQN", "PPO")
#: One training with a seed: its processor seconds, and the agent's mean score afterwards.
OneTraining = Callable[[int], tuple[float, float]]


def compare_trainings(course: Course, units: list[Unit], seeds: int) -> None:
    """Train all of them in one run, turn by turn, and print the ratios.

    Raises CourseError if Stable-Baselines3 cannot be installed beside the course.
    """
    console = Console()
    python = made(course, ".venv-bench", "requirements.txt")
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
