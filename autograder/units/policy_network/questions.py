"""What policy_network asks to be read and computed: a measured experiment, and a wrong snippet."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake
from autograder.units.shared.experiment_question import middles, won_pairs
from autograder.units.shared.questions import Matching, Numbers, QuestionTask
from autograder.units.shared.returns import discounted
from helpers.estimates import interquartile_mean

#: The notebook's table: greedy scores of five trainings at each learning rate, (3, 5).
GREEDY = np.array(
    [[111, 82, 116, 106, 59], [334, 460, 249, 212, 249], [59, 74, 131, 153, 79]], dtype=float
)
#: Scores at the end of the same trainings, while the agent still explored.
TRAINING = np.array(
    [
        [35.9, 33.8, 36.0, 38.4, 36.2],
        [98.2, 113.6, 135.8, 94.1, 98.6],
        [88.3, 95.8, 144.2, 94.6, 56.8],
    ]
)
#: The episode of the wrong snippet.
REWARDS, GAMMA = np.array([1.0, 0.0, 2.0, 4.0]), 0.5


def misled() -> np.ndarray:
    """In how many of 25 pairs each of the three comparisons comes out for the large rate, (3,)."""
    _, middle, large = range(3)
    return np.array(
        [
            won_pairs(TRAINING[large], TRAINING[middle]),
            won_pairs(GREEDY[large], GREEDY[middle]),
            won_pairs(GREEDY[large], GREEDY[0]),
        ],
        dtype=float,
    )


def from_the_front() -> np.ndarray:
    """What the colleague's loop returns: it begins at the first reward, (4,)."""
    return np.array([discounted(REWARDS[: t + 1][::-1], GAMMA)[0] for t in range(len(REWARDS))])


EXPERIMENT = QuestionTask(
    "policy_network/experiment",
    (
        middles(
            GREEDY,
            known=(
                KnownMistake(
                    "training_scores",
                    interquartile_mean(TRAINING),
                    "“middles”: these belong to the training scores. The question asks about the "
                    "greedy scores.",
                ),
            ),
        ),
        Numbers(
            "misled",
            "Compare each of the five scores of one row with each of the five of the other, and "
            "count how often the one for 0.3 is higher, not equal. Two nested loops will do.",
            points=1,
            values=misled,
            known=(
                KnownMistake(
                    "pairs_the_other_way",
                    25 - misled(),
                    "“misled”: you counted the pairs in which 0.3 has the lower score.",
                ),
                KnownMistake(
                    "same_seed_only",
                    np.array(
                        [
                            np.sum(TRAINING[2] > TRAINING[1]),
                            np.sum(GREEDY[2] > GREEDY[1]),
                            np.sum(GREEDY[2] > GREEDY[0]),
                        ],
                        dtype=float,
                    ),
                    "“misled”: you compared only trainings in the same column. Take every training "
                    "of one row with every training of the other: 25 pairs.",
                ),
            ),
        ),
    ),
)

DIAGNOSIS = QuestionTask(
    "policy_network/diagnosis",
    (
        Numbers(
            "returned",
            "Go through the colleague's loop line by line, with pencil and paper. With which "
            "reward does it begin?",
            points=0.25,
            values=from_the_front,
            known=(
                KnownMistake(
                    "right_instead_of_returned",
                    discounted(REWARDS, GAMMA),
                    "“returned”: these are the right returns. The colleague's loop does not "
                    "compute them. Run it, or go through it line by line.",
                ),
                KnownMistake(
                    "reversed",
                    from_the_front()[::-1],
                    "“returned”: the right numbers in the wrong order. The loop appends them as "
                    "it goes.",
                ),
            ),
        ),
        Numbers(
            "right",
            "What does your own discounted_returns return for these rewards?",
            points=0.25,
            values=lambda: discounted(REWARDS, GAMMA),
            known=(
                KnownMistake(
                    "returned_instead_of_right",
                    from_the_front(),
                    "“right”: this is what the colleague's loop returns. What should it return?",
                ),
                KnownMistake(
                    "no_discount",
                    discounted(REWARDS, 1.0),
                    "“right”: these are sums without a discount. Here gamma is 0.5.",
                ),
            ),
        ),
        Matching(
            "curves",
            "Ask of each agent: does it get better than random at all? Does it get worse? How much "
            "do its trainings differ from each other?",
            points=0.5,
            items=("no minus", "gamma = 0", "learning rate 0.3"),
            options="abcdef",
            digest="f92df660ffeb67de",
        ),
    ),
)
