"""The table of Q-values: its shape, and the values that it starts with."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import CheckFailed, expect, expect_shape
from autograder.checks.task import Task, check
from autograder.messages import Message
from autograder.worker.interface import Student


class QTable(Task):
    """`q_table(n_states, n_actions)`: a table of zeros."""

    requires = ("q_table",)

    @check(points=1, blocking=True)
    def a_row_for_each_state(self, student: Student, random: np.random.Generator) -> None:
        n_states, n_actions = int(random.integers(6, 12)), int(random.integers(2, 5))
        table = student.call("q_table", n_states, n_actions)
        if isinstance(table, np.ndarray) and table.shape == (n_actions, n_states):
            raise CheckFailed(
                "axes_swapped",
                "Rows and columns are swapped: the states are the rows, so n_states comes first.",
            )
        expect_shape(
            table,
            (n_states, n_actions),
            "wrong_shape",
            Message(
                "q_table({n_states}, {n_actions}) should have a row for each state and a column "
                "for each action.",
                n_states=n_states,
                n_actions=n_actions,
            ),
        )

    @check(points=1)
    def starts_with_zeros(self, student: Student, random: np.random.Generator) -> None:
        table = student.call("q_table", 7, 3)
        expect(
            table.dtype.kind == "f",
            "whole_numbers",
            Message(
                "The table holds {dtype}, which cannot keep a value such as -0.5. Make it of "
                "floats: np.zeros does so unless dtype is given.",
                dtype=table.dtype,
            ),
        )
        expect(
            not table.any(),
            "not_zero",
            "All values should be 0 at the start, but some are not. np.zeros fills a table with 0.",
        )
