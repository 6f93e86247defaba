"""The weights of a network or a table as NumPy arrays, for PyTorch, Keras and NumPy alike."""

from __future__ import annotations

from typing import Any

import numpy as np


def get_weights(network: Any) -> list[np.ndarray]:
    """Copy all weights of a torch module, a Keras model or a table, in their own order."""
    if isinstance(network, np.ndarray):
        return [network.copy()]
    if hasattr(network, "state_dict"):
        return [np.array(tensor.detach().cpu().numpy()) for tensor in network.state_dict().values()]
    return [np.array(weight) for weight in network.get_weights()]


def set_weights(network: Any, weights: list[np.ndarray]) -> None:
    """Write weights taken by `get_weights` back into the network.

    Raises ValueError if their number or a shape does not fit.
    """
    if isinstance(network, np.ndarray):
        (table,) = weights
        if np.shape(table) != network.shape:
            raise ValueError(f"the table has shape {network.shape}, not {np.shape(table)}")
        network[...] = table
        return
    if not hasattr(network, "state_dict"):
        network.set_weights(weights)
        return
    import torch

    state = network.state_dict()
    if len(state) != len(weights):
        raise ValueError(f"the network has {len(state)} weights, not {len(weights)}")
    for (name, tensor), weight in zip(state.items(), weights, strict=True):
        if tuple(tensor.shape) != np.shape(weight):
            raise ValueError(f"{name} has shape {tuple(tensor.shape)}, not {np.shape(weight)}")
        with torch.no_grad():
            tensor.copy_(torch.as_tensor(weight))
