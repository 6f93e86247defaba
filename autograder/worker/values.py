"""What goes between the checks and the student's code: tensors, layers, gradients and errors.

This file runs inside the sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

#: A linear layer: weight (inputs, outputs) and bias (outputs,).
Layer = tuple[np.ndarray, np.ndarray]


class StudentError(Exception):
    """The student's code raised an exception.

    kind: the exception's class name. where: the line of the student's code, if known.
    """

    def __init__(self, kind: str, message: str, where: str = "") -> None:
        super().__init__(f"{kind}: {message}" if message else kind)
        self.kind = kind
        self.message = message
        self.where = where


class NotSolved(StudentError):
    """The exercise still raises NotImplementedError, or its name is not defined yet."""


@dataclass(frozen=True)
class Tensor:
    """An array that the student's code receives as a tensor of the unit's framework."""

    array: np.ndarray


@dataclass(frozen=True)
class Gradients:
    """The derivative of a sum of outputs, by each tensor given and by each parameter.

    A missing path (the value does not depend on it) is None.
    """

    value: Any
    arguments: tuple[np.ndarray | None, ...]
    parameters: dict[str, np.ndarray | None]
