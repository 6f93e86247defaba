"""What must run inside tf.function: the targets are computed in the compiled update step."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from autograder.checks.expect import CheckFailed
from autograder.checks.raised import quoted
from autograder.checks.task import check
from autograder.messages import Message
from autograder.units.shared.td_targets import DoubleTargetsTask, TargetsTask
from autograder.worker.interface import Returned, Student, StudentError, StudentObject

#: What TensorFlow and Keras raise where a recorded function asks for numbers.
NO_NUMBERS = ("NotImplementedError", "AttributeError", "OperatorNotAllowedInGraphError")


class RecordedTargetsTask(TargetsTask):
    """Targets whose gradient is taken as in the update step: inside tf.function."""

    @check(points=1, needs=("targets_are_right",))
    def no_gradient_through_the_target(self, student: Student, random: np.random.Generator) -> None:
        with only_tensorflow(self.function):
            super().no_gradient_through_the_target(student, random)

    def differentiated(self, student: Student) -> StudentObject:
        return recorded(student, self.function)


class RecordedDoubleTargetsTask(DoubleTargetsTask):
    """Double targets whose gradient is taken as in the update step: inside tf.function."""

    @check(points=1, needs=("one_network_chooses_the_other_judges",))
    def no_gradient_through_the_target(self, student: Student, random: np.random.Generator) -> None:
        with only_tensorflow(self.function):
            super().no_gradient_through_the_target(student, random)

    def differentiated(self, student: Student) -> StudentObject:
        return recorded(student, self.function)


def recorded(student: Student, function: str) -> StudentObject:
    """The student's function, compiled by tf.function."""
    with student.doubles():
        original = student.double(function, (), Returned((None,))).get("original")
    return student.make_helper("recorded.Recorded", original)


@contextmanager
def only_tensorflow(function: str) -> Iterator[None]:
    """Explain the error of a recorded function that leaves TensorFlow."""
    try:
        yield
    except StudentError as error:
        if error.kind not in NO_NUMBERS:
            raise
        raise CheckFailed(
            "leaves_tensorflow",
            Message(
                "Called directly, {function} works; compiled by tf.function, as in the update "
                "step, it fails. Inside, there are no numbers yet, only a recording: no .numpy(), "
                "no NumPy functions, no predict_on_batch (so no net.act), no `if` that asks a "
                "tensor. TensorFlow's error: {error}",
                function=function,
                error=last_line(error),
            ),
        ) from None


def last_line(error: StudentError) -> str:
    """What went wrong, without the lines that say where."""
    return quoted(error, longest=sys.maxsize).splitlines()[-1].strip()[:200]
