"""What meet_cartpole asks about a wrong loop: one that never shows the rule a new place."""

from __future__ import annotations

import numpy as np

from autograder.checks.expect import KnownMistake
from autograder.messages import Message
from autograder.units.shared.questions import Numbers, QuestionTask

#: Where the cart on the line of numbers is, from the reset to the end: in the wrong loop, where it
#: is always pushed to the same side, and in a right one.
WRONG_PLACES = np.array([1.0, 4.0, 7.0, 10.0])
RIGHT_PLACES = np.array([1.0, 4.0, 2.0, 5.0, 3.0, 1.0, 4.0])


def rewards(places: np.ndarray) -> np.ndarray:
    """What each place pays, (n,)."""
    return 10.0 - np.abs(places)


def paid(name: str, look: str, points: float, places: np.ndarray) -> Numbers:
    """The rewards of a loop's steps. places: where the cart is, the reset included."""
    return Numbers(
        name,
        look,
        points,
        values=lambda: rewards(places[1:]),
        known=(
            KnownMistake(
                "places_instead_of_rewards",
                places[1:],
                Message("“{part}”: these are the places. A place x pays 10 - |x|.", part=name),
            ),
            KnownMistake(
                "rewards_before_the_step",
                rewards(places[:-1]),
                Message(
                    "“{part}”: a step pays for the place where the cart is after it.", part=name
                ),
            ),
        ),
    )


DIAGNOSIS = QuestionTask(
    "meet_cartpole/diagnosis",
    (
        Numbers(
            "seen",
            "First three numbers for the colleague's loop, then six for a right one. What is in "
            "`observation` at the moment when the rule is called?",
            points=0.25,
            values=lambda: np.concatenate([np.full(3, WRONG_PLACES[0]), RIGHT_PLACES[:-1]]),
            known=(
                KnownMistake(
                    "sees_the_new_place",
                    np.concatenate([WRONG_PLACES[:-1], RIGHT_PLACES[:-1]]),
                    "“seen”: the cart moves in the colleague's loop, but what does the rule see of "
                    "it? Look for the line that gives `observation` a new value.",
                ),
                KnownMistake(
                    "seen_after_the_step",
                    np.concatenate([WRONG_PLACES[1:], RIGHT_PLACES[1:]]),
                    "“seen”: these are the places after each step. The rule is asked before.",
                ),
            ),
        ),
        paid(
            "colleague",
            "Go through the colleague's loop with a pencil: which action does the rule choose "
            "each time, where is the cart then, and what does the place pay?",
            points=0.25,
            places=WRONG_PLACES,
        ),
        paid(
            "right",
            "Go through a right loop with a pencil: the rule sees each new place, x = 3 is not "
            "smaller than 3, and the sixth step is the last.",
            points=0.5,
            places=RIGHT_PLACES,
        ),
    ),
)
