"""Interquartile means and their intervals: equal to SciPy's, and as trustworthy as they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from helpers.estimates import band, estimate, estimate_difference, interquartile_mean


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 11])
def test_the_mean_is_scipys_mean_of_the_middle_half(n: int) -> None:
    scores = np.random.default_rng(n).exponential(size=(3, n))
    np.testing.assert_allclose(interquartile_mean(scores), stats.trim_mean(scores, 0.25, axis=-1))


def test_one_odd_training_does_not_move_the_mean() -> None:
    assert interquartile_mean(np.array([100, 101, 102, 103, 9])) == 101


def test_the_interval_is_that_of_scipys_bootstrap() -> None:
    scores = np.random.default_rng(1).normal(100, 20, size=12)
    found = estimate(scores)
    theirs = stats.bootstrap(
        (scores,),
        lambda values, axis: stats.trim_mean(values, 0.25, axis=axis),
        method="percentile",
        rng=np.random.default_rng(2),
    ).confidence_interval
    np.testing.assert_allclose(found[1:], [theirs.low, theirs.high], atol=2)
    assert found.low < found.middle < found.high


def test_the_same_scores_give_the_same_interval() -> None:
    assert estimate([1, 5, 9]) == estimate(np.array([1.0, 5.0, 9.0]))
    assert str(estimate([20.0, 20.0])) == "20 (20 to 20)"


def test_a_difference_is_shown_where_there_is_one_and_only_there() -> None:
    draw = np.random.default_rng(3).normal
    better, other, same = draw(200, 20, 8), draw(100, 20, 8), draw(100, 20, 8)
    assert estimate_difference(better, other).low > 0
    assert estimate_difference(other, better).high < 0
    none = estimate_difference(other, same)
    assert none.low < 0 < none.high


def test_without_scores_there_is_no_estimate() -> None:
    with pytest.raises(ValueError, match="no scores"):
        estimate([])


def test_a_band_is_the_estimate_at_each_point() -> None:
    curves = np.random.default_rng(4).normal(size=(7, 3))
    middle, low, high = band(curves)
    for point in range(3):
        np.testing.assert_allclose(
            (middle[point], low[point], high[point]), estimate(curves[:, point])
        )
