"""What a step teaches: the target of a step, and the update of the table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from autograder.checks.expect import KnownMistake, expect, expect_close
from autograder.checks.task import Task, check
from autograder.worker.interface import Student
from my_course.tabular_q.actions import N_ACTIONS, N_STATES, drawn_table

STEPS = 6


class Steps(NamedTuple):
    """Steps that start in different states; the second and the fifth reach the goal."""

    state: np.ndarray  # (STEPS,) int64
    action: np.ndarray  # (STEPS,) int64
    reward: np.ndarray  # (STEPS,) float32, all different
    next_state: np.ndarray  # (STEPS,) int64
    terminated: np.ndarray  # (STEPS,) bool

    @classmethod
    def draw(cls, random: np.random.Generator) -> Steps:
        """Six of them."""
        return cls(
            state=random.permutation(N_STATES)[:STEPS],
            action=random.integers(N_ACTIONS, size=STEPS),
            reward=-random.permutation(np.arange(1.5, 1.5 + STEPS)).astype(np.float32),
            next_state=random.permutation(N_STATES)[:STEPS],
            terminated=np.isin(np.arange(STEPS), (1, 4)),
        )

    def targets(self, q: np.ndarray, gamma: float) -> np.ndarray:
        """r + gamma max Q(s', ·), and r alone where the episode is over, (STEPS,)."""
        return self.reward + gamma * np.where(self.terminated, 0.0, q[self.next_state].max(axis=1))


class TdTarget(Task):
    """`td_target(q, reward, next_state, terminated, gamma)`: (n,) targets."""

    requires = ("td_target",)

    @check(points=3)
    def targets_are_right(self, student: Student, random: np.random.Generator) -> None:
        q, steps, gamma = drawn_table(random), Steps.draw(random), random.uniform(0.5, 0.8)
        reward, ends, rows = steps.reward, steps.terminated, q[steps.next_state]
        best = rows.max(axis=1)
        expect_close(
            student.call("td_target", q, reward, steps.next_state, ends, gamma),
            steps.targets(q, gamma),
            "wrong_target",
            "The target is reward + gamma * the largest value of the next state, and the reward "
            "alone where the episode terminated.",
            known_mistakes=(
                KnownMistake(
                    "end_ignored",
                    reward + gamma * best,
                    "Nothing comes after the last step: where terminated is True, the target is "
                    "the reward alone.",
                ),
                KnownMistake(
                    "end_inverted",
                    reward + gamma * np.where(ends, best, 0.0),
                    "Only steps that terminate get the value of the next state; it should be the "
                    "others. ~terminated is True where the episode goes on.",
                ),
                KnownMistake(
                    "not_discounted",
                    reward + np.where(ends, 0.0, best),
                    "gamma makes no difference to your targets. Multiply the value of the next "
                    "state by it.",
                ),
                KnownMistake(
                    "mean_instead_of_max",
                    reward + gamma * np.where(ends, 0.0, rows.mean(axis=1)),
                    "That is the mean of the next state's values. Q-learning takes the largest.",
                ),
                KnownMistake(
                    "smallest_value",
                    reward + gamma * np.where(ends, 0.0, rows.min(axis=1)),
                    "That is the smallest of the next state's values. Take the largest: max.",
                ),
                KnownMistake(
                    "reward_lost",
                    np.where(ends, 0.0, gamma * best),
                    "The reward of the step is missing in your targets: add it.",
                ),
            ),
        )


class Update(Task):
    """`update(q, state, action, target, alpha)` changes the table in place."""

    requires = ("update",)

    @check(points=1, blocking=True)
    def changes_the_table(self, student: Student, random: np.random.Generator) -> None:
        q, steps = drawn_table(random), Steps.draw(random)
        after = self.updated(student, q, steps, steps.targets(q, 0.7), 0.3)
        expect(
            not np.array_equal(after, q),
            "table_unchanged",
            "update leaves the table as it was. Write into it, q[...] = ... or +=, instead of "
            "returning a new table.",
        )

    @check(points=2)
    def goes_part_of_the_way(self, student: Student, random: np.random.Generator) -> None:
        q, steps, alpha = drawn_table(random), Steps.draw(random), random.uniform(0.2, 0.4)
        target = steps.targets(q, 0.7)
        cells = steps.state, steps.action
        error = target - q[cells]  # (STEPS,)

        def with_values(values: np.ndarray) -> np.ndarray:
            table = q.copy()
            table[cells] = values
            return table

        whole_rows = q.copy()
        whole_rows[steps.state] += alpha * (target[:, None] - q[steps.state])
        expect_close(
            self.updated(student, q, steps, target, alpha),
            with_values(q[cells] + alpha * error),
            "wrong_update",
            "The value of each state and action should go the part alpha of the way to its "
            "target: q + alpha * (target - q). All other values stay.",
            known_mistakes=(
                KnownMistake(
                    "alpha_ignored",
                    with_values(target),
                    "Each value jumps to its target. It should only go the part alpha of the way.",
                ),
                KnownMistake(
                    "away_from_the_target",
                    with_values(q[cells] - alpha * error),
                    "The values move away from their targets: the error is target - q.",
                ),
                KnownMistake(
                    "old_value_not_subtracted",
                    with_values(q[cells] + alpha * target),
                    "The target itself is added. Add alpha times the *difference* to the value.",
                ),
                KnownMistake(
                    "alpha_and_1_minus_alpha_swapped",
                    with_values(q[cells] + (1 - alpha) * error),
                    "The values go the part 1 - alpha of the way: alpha belongs to the target.",
                ),
                KnownMistake(
                    "all_actions_updated",
                    whole_rows,
                    "The values of all actions of a state change. Only that of the action taken "
                    "should: q[state, action].",
                ),
            ),
        )

    def updated(
        self, student: Student, q: np.ndarray, steps: Steps, target: np.ndarray, alpha: float
    ) -> np.ndarray:
        """The table after the student's update, (N_STATES, N_ACTIONS)."""
        table = student.put(q)
        student.call("update", table, steps.state, steps.action, target, alpha)
        after: np.ndarray = student.fetch(table)
        return after
