"""What actor_critic asks to be read and computed: a measured experiment, and wrong snippets."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake
from autograder.units.shared.experiment_question import middles
from autograder.units.shared.questions import Matching, Numbers, QuestionTask, Rows

#: Four steps of the diagnosis.
RETURNS = np.array([1.2, 0.4, -0.6, -1.0])
VALUES = np.array([0.5, 0.9, -0.8, 0.3])

#: The notebook's table: scores at the end of training, for five seeds of each agent, (3, 5).
TRAINING = np.array(
    [
        [178.6, 148.0, 134.0, 162.7, 141.9],
        [113.9, 101.3, 146.2, 145.9, 119.3],
        [72.9, 116.3, 57.4, 165.7, 86.0],
    ]
)

EXPERIMENT = QuestionTask(
    "actor_critic/experiment",
    (
        middles(TRAINING),
        Rows(
            "shown",
            "Look at both ends of each interval. If one is negative and the other is positive, 0 "
            "lies between them.",
            points=1,
            rows=6,
            digest="3b1c35e550d59e32",
        ),
    ),
)

DIAGNOSIS = QuestionTask(
    "actor_critic/diagnosis",
    (
        Numbers(
            "advantages",
            "What does your own advantage return for these tensors? Or subtract on paper, step by "
            "step.",
            points=0.25,
            values=lambda: RETURNS - VALUES,
            known=(
                KnownMistake(
                    "advantages_swapped",
                    VALUES - RETURNS,
                    "“advantages”: the sign is the other way. The advantage says how much better "
                    "it went than the critic expected.",
                ),
                KnownMistake(
                    "absolute_advantages",
                    np.abs(RETURNS - VALUES),
                    "“advantages”: an advantage is negative where it went worse than expected.",
                ),
            ),
        ),
        Rows(
            "moved",
            "Follow each loss back to the network. The first colleague's policy loss holds no "
            "gradient at all. Which layers did the values come through?",
            points=0.25,
            rows=6,
            digest="d6f2d3bcf6c8deba",
        ),
        Matching(
            "curves",
            "Ask of each agent: does its policy learn at all? Does it learn the wrong way? How "
            "much do its trainings differ from each other?",
            points=0.5,
            items=("detached log-probabilities", "values - returns", "learning rate 0.3"),
            options="abcdef",
            digest="b9e68911a3ec640e",
        ),
    ),
)
