"""How reliable a unit's rule is: the reference trained and scored as the grader does, many times.

Every training is kept as a small file as soon as it is done, so an interrupted calibration goes on
where it stopped. The record that is committed says what was measured, and with which versions.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
import time
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from tqdm import tqdm

from autograder.agents.candidate import Candidate
from autograder.agents.error_bounds import fails_at_most, passes_at_most
from autograder.agents.evaluation import expect_learning, train_and_score
from autograder.agents.rejection import AgentRejected
from autograder.agents.rule import AgentRule, PlayedRule
from autograder.authoring.counts import interval
from autograder.authoring.edits import edited, mistakes_of, reference, silent_student_of
from autograder.authoring.imports import reachable
from autograder.authoring.parallel import in_parallel
from autograder.course import Course, CourseError
from autograder.grading.notebook import Submission
from autograder.units import Unit, unit_named
from autograder.worker.interface import StudentError
from autograder.worker.local import LocalStudent

REFERENCE = "reference"
PACKAGES = ("numpy", "gymnasium", "torch", "tensorflow-cpu", "keras")
#: Fresh agents with a mistake that are asked after each training whether they learn.
QUESTIONS = 5
#: Where a training and its questions begin, and the packages in which its result can change.
ENTRY_POINTS = (
    "autograder.agents.evaluation",
    "autograder.agents.learning_check",
    "autograder.worker.local",
)
DECIDING_PACKAGES = ("autograder.agents", "autograder.worker", "helpers")


@dataclass(frozen=True)
class Run:
    """One training: its score, what it cost, and its learning curve.

    score is None if the code raised. scores and lengths are those of the training's episodes.
    asked, learned: of a mistake, how many fresh agents were asked whether they learn as they
    should, as the grader asks whoever reaches the threshold, and how many do.
    """

    seed: int
    score: float | None
    steps: int
    processor_seconds: float
    scores: tuple[float, ...]
    lengths: tuple[int, ...]
    asked: int = 0
    learned: int = 0


def calibrate(
    unit: Unit, course: Course, seeds: int, variant: str = REFERENCE, jobs: int | None = None
) -> list[Run]:
    """Train and score a variant of the reference with seeds 0 to `seeds - 1`.

    variant: "reference" or the name of a mistake. jobs: trainings in parallel, default one for
    each core. Raises CourseError if there is no such variant, or the unit trains no agent.
    """
    if not unit.is_calibrated:
        raise CourseError(f"{unit.name} trains no agent, so there is nothing to calibrate.")
    submission = _submission(unit, course, variant)
    folder = course.root / ".autograder" / "calibration" / unit.name / _key(submission, unit)
    folder.mkdir(parents=True, exist_ok=True)
    missing = [seed for seed in range(seeds) if not (folder / f"{seed}.json").exists()]
    progress = tqdm(total=seeds, initial=seeds - len(missing), desc=f"{unit.name} {variant}")
    with progress:
        train = partial(_calibrated, course.root, unit.name, variant)
        for run in in_parallel(train, missing, jobs):
            part = folder / f"{run.seed}.part"
            part.write_text(json.dumps(asdict(run)), encoding="utf-8")
            part.replace(folder / f"{run.seed}.json")
            progress.update()
            score = "raised" if run.score is None else f"scores {run.score:g}"
            tqdm.write(f"{unit.name}, {variant}, seed {run.seed}: {score}")
    return [_read(folder / f"{seed}.json") for seed in range(seeds)]


def record(unit: Unit, runs: list[Run]) -> dict[str, Any]:
    """What was measured, as plain JSON: versions, rule, pass rate with its interval, figures."""
    threshold = _threshold(unit)
    passed = [run.score is not None and run.score >= threshold for run in runs]
    low, high = interval(sum(passed), len(passed))
    scores = [run.score for run in runs if run.score is not None]
    rule, all_scores = _rule(unit), [run.score or 0.0 for run in runs]
    asked, learned = sum(run.asked for run in runs), sum(run.learned for run in runs)
    return {
        "unit": unit.name,
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "versions": {name: version for name in PACKAGES if (version := _version(name))},
        "rule": rule,
        "seeds": len(runs),
        "passed": sum(passed),
        "pass_rate": round(sum(passed) / len(passed), 4),
        "pass_rate_95_percent_interval": [round(low, 4), round(high, 4)],
        "asked_whether_it_learns": asked,
        "learns": learned,
        "rule_fails_at_most": fails_at_most(sum(passed), all_scores, rule),
        "rule_passes_at_most": passes_at_most(all_scores, rule, asked, learned),
        "score": _quantiles(scores),
        "steps": _quantiles([run.steps for run in runs]),
        "episodes": _quantiles([len(run.scores) for run in runs]),
        "processor_seconds": _quantiles([run.processor_seconds for run in runs]),
        "scores": [None if run.score is None else round(run.score, 2) for run in runs],
    }


def write_json(value: dict[str, Any], path: Path) -> Path:
    """Write a record; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    return path


def _submission(unit: Unit, course: Course, variant: str) -> Submission:
    answer = reference(unit, course)
    if variant == REFERENCE:
        return answer
    for mistake in mistakes_of(unit, course):
        if mistake.name == variant:
            return edited(answer, mistake.edits)
    known = ", ".join(mistake.name for mistake in mistakes_of(unit, course))
    raise CourseError(f"{unit.name} has no mistake {variant}. It has: {known or 'none'}.")


def train_variant(root: Path, unit_name: str, variant: str, seed: int) -> Run:
    """One training in this process, which has one thread for the numeric libraries."""
    unit = unit_named(unit_name)
    return _trained(unit, silent_student_of(_submission(unit, Course(root), variant), unit), seed)


def _trained(unit: Unit, student: LocalStudent, seed: int) -> Run:
    """One training of the student's agent, or some episodes of their rule of thumb."""
    if unit.agent is None:
        assert unit.played is not None
        return _play(unit.played, student, seed)
    if unit.framework == "torch":
        import torch

        torch.set_num_threads(1)

    started = time.process_time()
    try:
        score, statistics = train_and_score(unit.agent, student, seed)
    except (StudentError, AgentRejected):
        return Run(seed, None, 0, time.process_time() - started, (), ())
    return Run(
        seed=seed,
        score=score,
        steps=sum(episode["steps"] for episode in statistics),
        processor_seconds=round(time.process_time() - started, 2),
        scores=tuple(episode["score"] for episode in statistics),
        lengths=tuple(episode["steps"] for episode in statistics),
    )


def _calibrated(root: Path, unit_name: str, variant: str, seed: int) -> Run:
    """One training; of a mistake, also whether some fresh agents learn as they should."""
    unit = unit_named(unit_name)
    student = silent_student_of(_submission(unit, Course(root), variant), unit)
    run = _trained(unit, student, seed)
    if variant == REFERENCE or unit.agent is None or unit.agent.learning_test is None:
        return run
    student.seed(seed)
    asked = [
        _learns(unit.agent, student, np.random.default_rng([seed, 2, number]))
        for number in range(QUESTIONS)
    ]
    return replace(run, asked=QUESTIONS, learned=sum(asked))


def _learns(rule: AgentRule, student: LocalStudent, random: np.random.Generator) -> bool:
    try:
        expect_learning(rule, Candidate.make(rule, student), random)
    except (StudentError, AgentRejected):
        return False
    return True


def _play(rule: PlayedRule, student: LocalStudent, seed: int) -> Run:
    """Episodes of a rule of thumb; the environment is seeded once, the loop resets it."""
    started = time.process_time()
    env = gym.make(rule.environment)
    env.reset(seed=seed)
    scores = tuple(
        float(student.call(rule.loop, env, student.namespace[rule.rule]))
        for _ in range(rule.episodes)
    )
    env.close()
    seconds = round(time.process_time() - started, 2)
    return Run(seed, float(np.mean(scores)), int(sum(scores)), seconds, scores, ())


def _threshold(unit: Unit) -> float:
    rule = unit.agent or unit.played
    assert rule is not None
    return rule.threshold


def _rule(unit: Unit) -> dict[str, Any]:
    """By which rule the scores are judged, as plain JSON."""
    if unit.agent is None:
        assert unit.played is not None
        return asdict(unit.played)
    return {
        "environment": unit.agent.environment,
        "threshold": unit.agent.threshold,
        "episodes": unit.agent.episodes,
        "trainings": unit.agent.trainings,
        "training": {
            name: value
            for name, value in asdict(unit.agent.training).items()
            if not name.startswith("on_")  # what is called on the way decides nothing
        },
    }


def _read(path: Path) -> Run:
    stored = json.loads(path.read_text(encoding="utf-8"))
    run = Run(**stored)
    return replace(run, scores=tuple(run.scores), lengths=tuple(run.lengths))


def _key(submission: Submission, unit: Unit) -> str:
    """What a run depends on: another key, another folder."""
    parts = [cell.source for cell in submission.cells if cell.runs]
    parts += [repr(unit.agent or unit.played), *(f"{name} {_version(name)}" for name in PACKAGES)]
    parts += [path.read_text(encoding="utf-8") for path in training_sources()]
    return hashlib.sha256(_without_addresses("\0".join(parts)).encode()).hexdigest()[:16]


@cache
def training_sources() -> tuple[Path, ...]:
    """The modules that a training's result depends on, beside the student's code and its rule."""
    return tuple(sorted(reachable(ENTRY_POINTS, DECIDING_PACKAGES).values()))


def _without_addresses(text: str) -> str:
    """repr of a function names its place in memory, which differs from run to run."""
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _quantiles(values: list[Any]) -> dict[str, float] | None:
    if not values:
        return None
    names = ("min", "10%", "median", "90%", "max")
    found = np.quantile(np.array(values, dtype=float), (0, 0.1, 0.5, 0.9, 1))
    return {name: round(float(value), 2) for name, value in zip(names, found, strict=True)}
