"""What a unit's framework loads when it is first used, loaded while the notebook gets ready."""

from __future__ import annotations

from helpers.progress import working_on


def load_framework(framework: str | None) -> None:
    """Import a unit's framework, and what its first optimizer or compiled function brings along.

    These take up to a second: later the student would wait for it in the first check.
    """
    if framework == "torch":
        with working_on("Loading PyTorch …"):
            import torch

            torch.optim.Adam([torch.zeros(1)])
    elif framework == "tensorflow":
        with working_on("Loading TensorFlow …"):
            import tensorflow

            tensorflow.function(lambda x: x)(tensorflow.zeros(1))
