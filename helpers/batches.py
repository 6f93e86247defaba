"""Episodes that were played in parallel, in an order and a number that make an honest curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def shuffled_in_batches(records: Sequence[Any]) -> Sequence[Any]:
    """The records with those of each batch in random order, the same one every time.

    Episodes that are played in parallel end in the order of their length. Drawn in that order, each
    batch would be a tooth of a saw that no training has.
    """
    if not _have_batches(records):
        return records
    batches = np.array([record["batch"] for record in records])  # (episodes,)
    order = np.lexsort([np.random.default_rng(0).random(len(records)), batches])  # (episodes,)
    return [records[number] for number in order]


def whole_batches(records: Sequence[Any]) -> Sequence[Any]:
    """The records without those of a last batch that was cut short; all if there is only one.

    Of such a batch only the short episodes have ended: with them, every training would seem to get
    worse at its end.
    """
    if not _have_batches(records):
        return records
    first, last = records[0]["batch"], records[-1]["batch"]
    size = sum(record["batch"] == first for record in records)
    ended = sum(record["batch"] == last for record in records)
    return records if ended == size else records[: len(records) - ended]


def _have_batches(records: Sequence[Any]) -> bool:
    return bool(records) and isinstance(records[0], Mapping) and "batch" in records[0]
