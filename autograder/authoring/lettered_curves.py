"""Measure the learning curves that a unit's question shows under letters.

`solutions/<unit>/lettered_curves.py` says which letter stands for which edits of the reference. It
is not handed out; the curves are.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.authoring.calibration import write_json
from autograder.authoring.curves import curve_path
from autograder.authoring.edits import Edit, edited, reference, silent_student_of
from autograder.course import Course, CourseError
from autograder.units import Unit
from helpers.agents import RandomAgent
from helpers.estimates import band
from helpers.experiment import Experiment, Setting, compare_settings
from helpers.experiment_plots import curves_on
from helpers.training import Training, mean_score, play_episodes

#: Points of a curve, and what is kept of a score.
POINTS, DECIMALS = 40, 1
SOURCE = "lettered_curves.py"


@dataclass(frozen=True)
class LetteredQuestion:
    """What is measured: edits of the reference by letter, and how and where each is trained."""

    letters: dict[str, tuple[Edit, ...]]
    training: Training
    seeds: int
    environment: str = "CartPole-v1"


def measure_lettered_curves(course: Course, unit: Unit) -> Path:
    """Train each letter's edits with each seed; returns the file that was written.

    Raises CourseError if the unit has no such question.
    """
    question = lettered_question(course, unit)
    settings = {
        letter: Setting(_maker(course, unit, edits), question.training, question.environment)
        for letter, edits in question.letters.items()
    }
    experiment = compare_settings(settings, range(question.seeds))
    return write_curves(experiment, question, curve_path(course, unit, f"{unit.name}_letters"))


def write_curves(experiment: Experiment, question: LetteredQuestion, path: Path) -> Path:
    """Write what a notebook draws: for each letter the interquartile mean and its interval."""
    grid = np.linspace(0, question.training.max_steps or 0, POINTS)  # (points,)
    curves = {}
    for letter, runs in sorted(experiment.runs.items()):
        parts = zip(("middle", "low", "high"), band(curves_on(grid, runs)), strict=True)
        curves[letter] = {name: np.round(part, DECIMALS).tolist() for name, part in parts}
    by_chance = mean_score(
        play_episodes(RandomAgent(seed=1), question.environment, episodes=500, seed=1)
    )
    measured: dict[str, Any] = {
        "grid": np.round(grid).tolist(),
        "seeds": question.seeds,
        "random_score": round(by_chance, DECIMALS),
        "curves": curves,
    }
    return write_json(measured, path)


def _maker(course: Course, unit: Unit, edits: tuple[Edit, ...]) -> Any:
    student = silent_student_of(edited(reference(unit, course), edits), unit)
    return student.namespace["make_agent"]


def lettered_question(course: Course, unit: Unit) -> LetteredQuestion:
    """What the unit's letters stand for. Raises CourseError if it has none."""
    path = course.source(unit.assignment).with_name(SOURCE)
    if not path.is_file():
        raise CourseError(f"{unit.name} asks nothing about lettered curves: no {SOURCE}")
    spec = importlib.util.spec_from_file_location(f"lettered_curves_of_{unit.name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    question: LetteredQuestion = module.QUESTION
    return question
