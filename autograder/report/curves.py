"""The learning curves of a class over the band of the reference, as paths of an SVG picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np

from autograder.course import Course
from autograder.rendering.curve import running_mean
from autograder.report.rows import ClassReport
from autograder.units import Unit

WIDTH, HEIGHT = 640, 240
#: More curves than these cannot be told apart; the lowest scores are those to look at.
MOST_CURVES = 200
_POINTS = 40


@dataclass(frozen=True)
class Curve:
    """One student's curve: an SVG path, and what it is called when it is pointed at."""

    student: str
    path: str
    score: float


@dataclass(frozen=True)
class Curves:
    """The picture, in units of WIDTH and HEIGHT; y grows downwards.

    band: between the lowest and the highest tenth of the reference's trainings, empty if none were
    measured. median: likewise. threshold: its height. ticks: heights and their scores. left_out:
    how many curves are not drawn.
    """

    curves: tuple[Curve, ...]
    band: str
    median: str
    threshold: float
    ticks: tuple[tuple[float, float], ...]
    left_out: int


@dataclass(frozen=True)
class _Scale:
    """Scores from the lowest to the highest, as heights from HEIGHT to 0."""

    lowest: float
    highest: float

    def height(self, score: float) -> float:
        share = (score - self.lowest) / max(self.highest - self.lowest, 1e-9)
        return round(HEIGHT * (1 - share), 1)

    def points(self, x: np.ndarray, scores: Sequence[float]) -> str:
        """A line through scores at shares `x` of the training, both (n,)."""
        pairs = zip(x, scores, strict=True)
        return " ".join(f"{WIDTH * share:.0f},{self.height(score):.0f}" for share, score in pairs)


def curves_of(report: ClassReport, course: Course) -> Curves | None:
    """The picture of a class; None where no agent was trained."""
    evaluated = [
        (row.student, row.result.evaluation)
        for row in report.marked
        if row.result.evaluation is not None and len(row.result.evaluation.curve) > 1
    ]
    if not evaluated:
        return None
    evaluated.sort(key=lambda one: -np.inf if one[1].mean is None else one[1].mean)
    reference = _reference(report.unit, course)
    threshold = evaluated[0][1].threshold
    lines = [
        (student, running_mean(np.asarray(one.curve)), one.mean)
        for student, one in evaluated[:MOST_CURVES]
    ]
    scores = np.concatenate([line for _, line, _ in lines])
    every = [threshold, *reference.get("high", ()), *reference.get("low", ()), *scores]
    scale = _Scale(min(0.0, *every), 1.04 * max(every) if max(every) > 0 else 0.0)
    drawn = tuple(
        Curve(student, f"M{scale.points(*_thinned(line))}", mean or 0.0)
        for student, line, mean in lines
    )
    band, median = _band(reference, scale)
    ticks = np.linspace(scale.lowest, max(every), 5)
    return Curves(
        drawn,
        band,
        median,
        scale.height(threshold),
        tuple((scale.height(float(tick)), round(float(tick))) for tick in ticks),
        len(evaluated) - len(drawn),
    )


def _reference(unit: Unit, course: Course) -> dict[str, Any]:
    """What was measured of the reference; empty if nothing was."""
    beside = course.source(unit.assignment).with_name("curves")
    for folder in (resources.files("helpers") / "curves", beside):
        measured = folder / f"{unit.name}.json"
        if measured.is_file():
            curve: dict[str, Any] = json.loads(measured.read_text(encoding="utf-8"))
            return curve
    return {}


def _band(reference: dict[str, Any], scale: _Scale) -> tuple[str, str]:
    if not reference:
        return "", ""
    grid = np.asarray(reference["grid"], dtype=np.float64)  # (points,)
    x = grid / grid[-1]
    above = scale.points(x, reference["high"])
    below = scale.points(x[::-1], reference["low"][::-1])
    return f"M{above} L{below} Z", f"M{scale.points(x, reference['median'])}"


def _thinned(line: np.ndarray) -> tuple[np.ndarray, Sequence[float]]:
    """A few points of a line, and where they are in the training, from 0 to 1."""
    places = np.unique(np.linspace(0, len(line) - 1, _POINTS).astype(int))
    return places / (len(line) - 1), line[places].tolist()
