"""The replay buffer of double_dqn_keras: draws without replacement."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import expect
from autograder.checks.task import check
from autograder.units.shared.replay import StrictReplayMemoryTask, numbered
from autograder.worker.interface import Student


class ReplayBufferTask(StrictReplayMemoryTask):
    """A memory whose batches hold no transition twice."""

    @check(points=1)
    def no_step_twice_in_a_batch(self, student: Student, random: np.random.Generator) -> None:
        buffer = self.memory(student, capacity=20)
        buffer.push(numbered(random, 0, 10))
        for _ in range(3):
            observation = buffer.sample(9).observation
            expect(
                len(np.unique(observation[:, 0])) == 9,
                "drawn_twice",
                "Of 10 steps in the buffer a batch of 9 should hold no step twice, but some are "
                "in it twice. Draw without replacement: "
                "random.sample(range(self.size), batch_size).",
            )
