"""What dqn asks to be read and computed: a measured experiment, and targets without an end."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake
from autograder.units.shared.experiment_question import middles, misled
from autograder.units.shared.questions import Matching, Numbers, QuestionTask

#: The notebook's table: greedy scores of five trainings of each of five settings, (5, 5).
GREEDY = np.array(
    [
        [226, 149, 387, 231, 428],  # this unit's
        [10, 9, 281, 239, 15],  # reward_scale=1
        [297, 240, 211, 266, 237],  # lr=1e-4
        [9, 10, 10, 9, 9],  # tau=1
        [102, 73, 179, 28, 141],  # tau=0.005
    ],
    dtype=float,
)

#: The transitions of the wrong snippet.
GAMMA = 0.9
REWARD = np.array([0.01, 0.01, 0.01, 0.02])
TERMINATED = np.array([False, True, False, True])
TRUNCATED = np.array([False, False, True, False])
NEXT_VALUES = np.array([[0.5, 0.8], [0.3, 0.1], [0.6, 0.4], [0.2, 0.7]])  # (rows, actions)

#: What the colleague's function returns, and what is right; (rows,) each.
WITHOUT_END = REWARD + GAMMA * NEXT_VALUES.max(axis=1)
RIGHT = np.where(TERMINATED, REWARD, WITHOUT_END)
#: The right ones for somebody who takes the time limit for an end.
END_AT_THE_LIMIT = np.where(TERMINATED | TRUNCATED, REWARD, WITHOUT_END)

EXPERIMENT = QuestionTask(
    "dqn/experiment",
    (
        middles(GREEDY),
        misled([(GREEDY[1], GREEDY[0]), (GREEDY[2], GREEDY[0]), (GREEDY[4], GREEDY[0])]),
    ),
)

DIAGNOSIS = QuestionTask(
    "dqn/diagnosis",
    (
        Numbers(
            "targets",
            look="Take the reward, and add 0.9 times the larger of the two values of the row.",
            points=0.25,
            values=lambda: WITHOUT_END,
            known=(
                KnownMistake(
                    "right_targets_given",
                    RIGHT,
                    "These are the right targets. Asked for are those of the colleague's function: "
                    "does it look at “terminated” at all?",
                ),
                KnownMistake(
                    "undiscounted",
                    REWARD + NEXT_VALUES.max(axis=1),
                    "The value of the next state counts only 0.9 times.",
                ),
                KnownMistake(
                    "smaller_value_taken",
                    REWARD + GAMMA * NEXT_VALUES.min(axis=1),
                    "The maximum takes the larger of the two values of a row.",
                ),
            ),
        ),
        Numbers(
            "too_large",
            look="Take the right target from that of the colleague, row by row.",
            points=0.25,
            values=lambda: WITHOUT_END - RIGHT,
            known=(
                KnownMistake(
                    "time_limit_taken_for_an_end",
                    WITHOUT_END - END_AT_THE_LIMIT,
                    "In row 2 only the time is up. The pole is still standing: what would have "
                    "come next counts.",
                ),
                KnownMistake(
                    "right_minus_wrong",
                    RIGHT - WITHOUT_END,
                    "The other way round: how much larger is the colleague's number?",
                ),
            ),
        ),
        Matching(
            "curves",
            look="Which of the six rises in all trainings, but late? Which one begins to learn and "
            "then falls back, with trainings that differ a lot? Compare with your own experiments.",
            points=0.5,
            items=("the settings of this unit", "tau=0.005", "reward_scale=1"),
            options="abcdef",
            digest="4c2f7af2a022e99d",
        ),
    ),
)
