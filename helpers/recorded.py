"""A function compiled by TensorFlow, as the update step of an agent is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Recorded:
    """The function as `tf.function` makes it: recorded once, repeated without Python."""

    def __init__(self, function: Callable[..., Any]) -> None:
        import tensorflow

        self._compiled = tensorflow.function(function)

    def __call__(self, *arguments: Any) -> Any:
        """The result, tensors in the place of numbers."""
        return self._compiled(*arguments)
