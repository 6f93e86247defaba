"""What dqn_keras asks to be read and computed: an experiment, and a mask of ones."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake
from autograder.units.shared.experiment_question import middles, misled
from autograder.units.shared.questions import Matching, Numbers, QuestionTask

#: The notebook's table: greedy scores of five trainings with a copy every batch, every 4, every 32.
GREEDY = np.array(
    [[145, 147, 144, 83, 194], [91, 200, 197, 133, 168], [13, 22, 15, 26, 9]], dtype=float
)

#: The batch of the wrong snippet.
VALUES = np.array([[0.3, 0.5], [0.2, 0.6], [0.4, 0.1]])  # (rows, actions)
ACTION = np.array([1, 0, 0])
TARGET = np.array([0.6, 0.2, 0.3])
ONE_HOT = np.eye(2)[ACTION]  # (rows, actions)

#: Wanted outputs minus returned ones, with a mask of ones and with the one-hot mask; (6,) each.
WITH_ONES = (ONE_HOT * TARGET[:, None] - VALUES).ravel()
WITH_MASK = (ONE_HOT * (TARGET[:, None] - VALUES)).ravel()

EXPERIMENT = QuestionTask(
    "dqn_keras/experiment",
    (
        middles(GREEDY),
        misled([(GREEDY[0], GREEDY[1]), (GREEDY[0], GREEDY[2]), (GREEDY[2], GREEDY[1])]),
    ),
)

DIAGNOSIS = QuestionTask(
    "dqn_keras/diagnosis",
    (
        Numbers(
            "colleague",
            look="With a mask of ones the network returns both Q-values of a row. Wanted is the "
            "target at the action that was taken, and 0 at the other one.",
            points=0.25,
            values=lambda: WITH_ONES,
            known=(
                KnownMistake(
                    "masked_output_assumed",
                    WITH_MASK,
                    "These are the numbers of the right `learn`. The colleague's mask is 1 "
                    "everywhere, so no output is set to 0.",
                ),
                KnownMistake(
                    "target_at_both_actions",
                    (TARGET[:, None] - VALUES).ravel(),
                    "The wanted output holds the target only at the action that was taken. At the "
                    "other one it is 0.",
                ),
                KnownMistake(
                    "returned_minus_wanted",
                    -WITH_ONES,
                    "The other way round: how far should the output move?",
                ),
            ),
        ),
        Numbers(
            "yours",
            look="With the one-hot mask, the output of the other action is 0, and wanted is 0.",
            points=0.25,
            values=lambda: WITH_MASK,
            known=(
                KnownMistake(
                    "unmasked_output_assumed",
                    WITH_ONES,
                    "These are the colleague's numbers. Your mask is 0 at the action that was not "
                    "taken: what does the network return there?",
                ),
                KnownMistake(
                    "returned_minus_wanted",
                    -WITH_MASK,
                    "The other way round: how far should the output move?",
                ),
            ),
        ),
        Matching(
            "curves",
            look="Which one still stays low after 20,000 steps, and learns then? Which one gets "
            "worse than acting at random, and stays there? Compare with your own experiment.",
            points=0.5,
            items=("the settings of this unit", "target_interval=32", "the colleague's"),
            options="abcdef",
            digest="db50a2ec4efb4eb2",
        ),
    ),
)
