"""Inputs for which a right answer and every known mistake give different values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from autograder.checks.expect import KnownMistake

#: Answers that differ by so much somewhere are told apart, whatever is tolerated.
DISTINCT = 0.05


def all_distinct(
    right: np.ndarray, mistakes: Sequence[KnownMistake], apart: float = DISTINCT
) -> bool:
    """Whether no mistake gives the right answer, or another mistake's, on these inputs.

    apart: by how much they differ somewhere.
    """
    named = [("", right), *((known.mistake, known.values) for known in mistakes)]
    return all(
        np.max(np.abs(values - others)) > apart
        for (name, values), (other, others) in combinations(named, 2)
        if name != other
    )
