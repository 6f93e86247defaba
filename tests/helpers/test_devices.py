"""The device that PyTorch computes on."""

from __future__ import annotations

import torch

from helpers.devices import best_device


def test_the_best_device_computes() -> None:
    device = best_device()
    assert (torch.ones(2, 3, device=device) @ torch.ones(3, device=device)).tolist() == [3.0, 3.0]


def test_a_graphics_card_is_used_exactly_where_there_is_one() -> None:
    expected = "cpu"
    if torch.backends.mps.is_available():
        expected = "mps"
    if torch.cuda.is_available():
        expected = "cuda"
    assert best_device().type == expected
