"""The middle of a few scores, and how far it can be trusted: interquartile mean and bootstrap.

Agarwal et al., *Deep reinforcement learning at the edge of the statistical precipice*, 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

#: How often the scores are drawn anew, with replacement.
_RESAMPLES = 2_000
#: The interval leaves out so much at each end: 95 % remain.
_TAIL = 0.025


class Estimate(NamedTuple):
    """A value and the interval that holds it with 95 % confidence."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.middle:.0f} ({self.low:.0f} to {self.high:.0f})"


def interquartile_mean(scores: np.ndarray) -> np.ndarray:
    """The mean of the middle half, along the last axis: (..., n) to (...).

    A quarter of the scores at each end, rounded down, is left out. So one lucky or unlucky
    training cannot move the mean by much, and yet more scores count than in a median.
    Raises ValueError if n = 0.
    """
    scores = np.sort(np.asarray(scores, dtype=np.float64), axis=-1)
    if scores.shape[-1] == 0:
        raise ValueError("there are no scores to estimate a mean from")
    left_out = scores.shape[-1] // 4
    middle: np.ndarray = scores[..., left_out : scores.shape[-1] - left_out].mean(axis=-1)
    return middle


def estimate(scores: Sequence[float] | np.ndarray) -> Estimate:
    """The interquartile mean of scores (n,), with a bootstrap interval. Raises ValueError if n = 0.

    The interval says: had other seeds been drawn, the mean would lie in here 95 times of 100.
    """
    return _estimate(interquartile_mean(np.asarray(scores)), _resampled(scores, seed=0))


def estimate_difference(
    scores: Sequence[float] | np.ndarray, others: Sequence[float] | np.ndarray
) -> Estimate:
    """How much higher the first scores (n,) are than the others (m,).

    An interval without 0 in it shows a difference; one with 0 in it shows none.
    """
    middle = interquartile_mean(np.asarray(scores)) - interquartile_mean(np.asarray(others))
    return _estimate(middle, _resampled(scores, seed=0) - _resampled(others, seed=1))


def band(curves: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Interquartile mean and interval at each point of some curves: (n, points) to (points,) each.

    A curve is drawn as a whole, so the points of a resample belong to the same trainings.
    """
    chosen = _choices(len(curves), seed=0)
    means = interquartile_mean(np.moveaxis(curves[chosen], 1, -1))  # (resamples, points)
    low, high = np.quantile(means, (_TAIL, 1 - _TAIL), axis=0)  # (points,) each
    return interquartile_mean(curves.T), low, high


def _estimate(middle: np.ndarray, resampled: np.ndarray) -> Estimate:
    low, high = np.quantile(resampled, (_TAIL, 1 - _TAIL))
    return Estimate(float(middle), float(low), float(high))


def _resampled(scores: Sequence[float] | np.ndarray, seed: int) -> np.ndarray:
    """The interquartile means of many resamples, (resamples,)."""
    scores = np.asarray(scores, dtype=np.float64)  # (n,)
    return interquartile_mean(scores[_choices(len(scores), seed)])


def _choices(n: int, seed: int) -> np.ndarray:
    """Which of n scores each resample holds, (resamples, n); the same ones every time."""
    return np.random.default_rng(seed).integers(n, size=(_RESAMPLES, n))
