"""Parts of a question about a measured experiment: its interquartile means, and single pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.checks.expect import KnownMistake
from autograder.units.shared.questions import Numbers
from helpers.estimates import interquartile_mean


def middles(scores: np.ndarray, points: float = 1, known: tuple[KnownMistake, ...] = ()) -> Numbers:
    """The interquartile mean of each setting; scores: (settings, seeds).

    known: wrong answers of this experiment, beside the usual ones.
    """
    return Numbers(
        "middles",
        "Sort the scores of a row, leave out a quarter of them at each end, rounded down, and take "
        "the mean of the others.",
        points=points,
        values=lambda: interquartile_mean(scores),
        tolerance=0.1,
        known=(
            KnownMistake(
                "plain_means",
                scores.mean(axis=1),
                "“middles”: these are the means of all scores. For the interquartile mean, leave "
                "out the lowest and the highest one of each row.",
            ),
            KnownMistake(
                "medians",
                np.median(scores, axis=1),
                "“middles”: these are the medians. The interquartile mean uses more of the scores.",
            ),
            *known,
        ),
    )


def misled(pairs: Sequence[tuple[np.ndarray, np.ndarray]], points: float = 1) -> Numbers:
    """In how many pairs of trainings the first setting has the higher score.

    pairs: for each comparison the scores (seeds,) of the one and of the other setting.
    """
    wins = np.array([won_pairs(first, other) for first, other in pairs], dtype=float)
    return Numbers(
        "misled",
        "Compare each score of the one row with each score of the other, and count how often that "
        "of the first is higher, not equal. Two nested loops will do.",
        points=points,
        values=lambda: wins,
        known=(
            KnownMistake(
                "pairs_the_other_way",
                np.array([won_pairs(other, first) for first, other in pairs], dtype=float),
                "“misled”: you counted the pairs in which the other setting has the higher score.",
            ),
            KnownMistake(
                "same_seed_only",
                np.array([np.sum(first > other) for first, other in pairs], dtype=float),
                "“misled”: you compared only trainings in the same column. Take every training of "
                "one row with every training of the other.",
            ),
        ),
    )


def won_pairs(scores: np.ndarray, others: np.ndarray) -> int:
    """Pairs of a training of each kind in which the first has the higher score."""
    return int(np.sum(scores[:, None] > others[None, :]))
