"""What an agent returns becomes rows of the agreed kind, or a sentence that says why not."""

import numpy as np
import pytest
import torch

from autograder.worker.rows import RowFormat, action_rows, weight_arrays

WHOLE, PAIR = RowFormat("<i8", ()), RowFormat("<f4", (2,))


@pytest.mark.parametrize(("form", "size"), [(WHOLE, 8), (PAIR, 8), (RowFormat("|u1", (4, 3)), 12)])
def test_a_row_has_a_size(form, size):
    assert form.size == size


@pytest.mark.parametrize(
    ("chosen", "form"),
    [
        ([0, 1, 2], WHOLE),
        (np.arange(3, dtype=np.uint8), WHOLE),
        (torch.arange(3), WHOLE),
        (np.ones((3, 2)), PAIR),
        (np.ones((3, 2), int), PAIR),
        (torch.ones((3, 2), requires_grad=True), PAIR),
        (np.ones((2, 3)).T, PAIR),
    ],
)
def test_numbers_of_the_right_shape_become_rows(chosen, form):
    rows = action_rows(chosen, 3, form)

    assert rows.shape == (3, *form.shape) and rows.dtype == form.dtype
    assert rows.flags["C_CONTIGUOUS"]
    assert np.array_equal(
        rows, np.asarray(chosen.detach() if hasattr(chosen, "detach") else chosen)
    )


@pytest.mark.parametrize(
    ("chosen", "form", "error", "says"),
    [
        (np.zeros(4, int), WHOLE, ValueError, r"shape \(3,\), not \(4,\)"),
        (np.zeros((3, 1), int), WHOLE, ValueError, r"shape \(3,\), not \(3, 1\)"),
        (None, WHOLE, ValueError, r"not \(\)"),
        (np.zeros(3), WHOLE, TypeError, r"whole numbers, not float64; .*dtype=int"),
        (np.zeros(3, bool), WHOLE, TypeError, "whole numbers, not bool"),
        (np.zeros(3, int), PAIR, ValueError, r"shape \(3, 2\), not \(3,\)"),
        (np.zeros((3, 2), bool), PAIR, TypeError, "numbers, not bool"),
        (np.zeros((3, 2), complex), PAIR, TypeError, "numbers, not complex"),
    ],
)
def test_everything_else_is_refused_in_a_sentence(chosen, form, error, says):
    with pytest.raises(error, match=says):
        action_rows(chosen, 3, form)


def test_weights_are_a_list_of_arrays():
    weights = [np.zeros(3), np.ones((2, 2))]

    assert weight_arrays(weights) is weights
    for other in (None, 3, tuple(weights), [1.0], [np.zeros(3), None]):
        with pytest.raises(TypeError, match="list of arrays"):
            weight_arrays(other)
