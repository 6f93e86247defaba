"""What double_dqn_keras asks to be read and computed: an experiment, and a wrong transfer."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake
from autograder.units.shared.experiment_question import middles, misled
from autograder.units.shared.questions import Numbers, QuestionTask

#: The notebook's table: greedy scores of five trainings of Double DQN, plain DQN, a linear network.
GREEDY = np.array(
    [[392, 154, 500, 130, 500], [155, 328, 162, 232, 212], [26, 29, 13, 28, 20]], dtype=float
)

INTERVAL = 4  # batches between two transfers
STEP = 0.1  # what each batch adds to the weight of the network that learns
BATCHES = np.array([1, 3, 4, 6, 8, 10])

#: The colleague's network goes back to the target network's 0 with each transfer; (batches,).
RESET = STEP * (BATCHES % INTERVAL)
#: Right: the network goes on, and the target network gets its weight at each transfer.
ONLINE = STEP * BATCHES
TARGET = STEP * (BATCHES - BATCHES % INTERVAL)
#: The weights just before each transfer.
BEFORE = STEP * np.where(BATCHES % INTERVAL == 0, INTERVAL, BATCHES % INTERVAL)
LATE = STEP * ((BATCHES - 1) - (BATCHES - 1) % INTERVAL)

EXPERIMENT = QuestionTask(
    "double_dqn_keras/experiment",
    (
        middles(GREEDY),
        misled([(GREEDY[1], GREEDY[0]), (GREEDY[0], GREEDY[1]), (GREEDY[2], GREEDY[1])]),
    ),
)

DIAGNOSIS = QuestionTask(
    "double_dqn_keras/diagnosis",
    (
        Numbers(
            "colleague",
            look="The network that learns is the one that receives here. What does the target "
            "network hold, if it never gets anything?",
            points=0.5,
            values=lambda: RESET,
            known=(
                KnownMistake(
                    "transfer_ignored",
                    ONLINE,
                    "Without any transfer these would be right. After batches 4 and 8, one network "
                    "gets the weight of the other.",
                ),
                KnownMistake(
                    "before_the_transfer",
                    BEFORE,
                    "These are the weights before a transfer. Asked for are those after the lines "
                    "have run.",
                ),
                KnownMistake(
                    "other_network",
                    TARGET,
                    "These are the weights of the right target network. Asked for is the "
                    "colleague's network that learns.",
                ),
            ),
        ),
        Numbers(
            "yours",
            look="The target network keeps its weight until the next transfer, after batches 4 "
            "and 8.",
            points=0.5,
            values=lambda: TARGET,
            known=(
                KnownMistake(
                    "other_network",
                    ONLINE,
                    "These are the weights of the network that learns. The target network changes "
                    "only with a transfer.",
                ),
                KnownMistake(
                    "before_the_transfer",
                    LATE,
                    "These are the weights before a transfer. Asked for are those after the lines "
                    "have run.",
                ),
            ),
        ),
    ),
)
