"""Choose the device on which PyTorch computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def best_device() -> torch.device:
    """Return the GPU if PyTorch can use one (`cuda`, or `mps` on a Mac), else the CPU.

    Raises ImportError if PyTorch is not installed.
    """
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
