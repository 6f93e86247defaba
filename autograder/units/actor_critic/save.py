"""Saving in actor_critic: as in policy_network, for one point."""

from __future__ import annotations

import numpy as np

from autograder.checks.task import check
from autograder.units.shared.saving import SaveTask
from autograder.worker.interface import Student


class SaveOneTask(SaveTask):
    """`save_agent` and `load_agent` for an agent with two heads."""

    @check(points=1)
    def everything_comes_back(self, student: Student, random: np.random.Generator) -> None:
        super().everything_comes_back(student, random)
