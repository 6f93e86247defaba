"""What meet_cartpole asks to be computed on paper: a score, and where two rules disagree."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake
from autograder.units.shared.questions import Numbers, QuestionTask, Rows

#: The rewards of the five steps in the notebook's table; the last step ends the episode.
REWARDS = np.array([2.0, 1.0, 3.0, 1.0, 4.0])


def scores() -> np.ndarray:
    """What the three loops return: a right one, one without the last reward, one without a sum."""
    return np.array([REWARDS.sum(), REWARDS[:-1].sum(), REWARDS[-1]])


ON_PAPER = QuestionTask(
    "meet_cartpole/on_paper",
    (
        Numbers(
            "scores",
            "Go through each loop with a pencil. When is the reward added, and when does the loop "
            "end?",
            points=1,
            values=scores,
            known=(
                KnownMistake(
                    "steps_counted",
                    np.array([5.0, 4.0, 1.0]),
                    "“scores”: you counted steps. A score is a sum of rewards, and here they are "
                    "not all 1.",
                ),
                KnownMistake(
                    "all_alike",
                    np.full(3, REWARDS.sum()),
                    "“scores”: only one of the three loops returns the sum of all rewards. What is "
                    "different in the other two?",
                ),
            ),
        ),
        Rows(
            "disagree",
            "Compute both sums for each row: the angle alone, and the angle plus the angular "
            "velocity. The rules disagree where one is positive and the other is not.",
            points=1,
            rows=6,
            digest="ea26cc2173c26673",
        ),
    ),
)
