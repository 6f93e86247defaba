"""Observations and actions as rows of a fixed kind: what the steps of an agent are made of.

This file runs inside the sandbox.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class RowFormat(NamedTuple):
    """The dtype and shape of one row."""

    dtype: str  # "<f4", "<i8"
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Bytes of one row."""
        return int(np.dtype(self.dtype).itemsize * np.prod(self.shape, dtype=np.int64))


class StepFormat(NamedTuple):
    """What an agent sees and does: the rows of its observations and of its actions."""

    observation: RowFormat
    action: RowFormat


def action_rows(chosen: Any, rows: int, form: RowFormat) -> np.ndarray:
    """The actions that `act` returned as an array of this form, (rows, ...).

    Raises TypeError or ValueError, in a sentence for the student, if they are anything else.
    """
    if hasattr(chosen, "detach"):
        chosen = chosen.detach().cpu()
    actions = np.asarray(chosen)
    shape = (rows, *form.shape)
    if actions.shape != shape:
        raise ValueError(
            f"act must return one action for each row, shape {shape}, not {actions.shape}"
        )
    if np.dtype(form.dtype).kind == "i" and actions.dtype.kind not in "iu":
        raise TypeError(
            f"act must return whole numbers, not {actions.dtype}; np.zeros(n), for example, "
            "makes floats, np.zeros(n, dtype=int) does not"
        )
    if actions.dtype.kind not in "iuf":
        raise TypeError(f"act must return numbers, not {actions.dtype}")
    return np.ascontiguousarray(actions, dtype=form.dtype)


def weight_arrays(weights: Any) -> list[np.ndarray]:
    """What `get_weights` returned, if that is a list of arrays. Raises TypeError if it is not."""
    if type(weights) is not list or not all(isinstance(item, np.ndarray) for item in weights):
        raise TypeError("get_weights must return a list of arrays")
    return weights
