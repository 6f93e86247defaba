"""Which letter of the unit's picture stands for which agent."""

from autograder.authoring.edits import Edit
from autograder.authoring.lettered_curves import LetteredQuestion
from helpers.training import Training

AGENT = "return SimplePolicy(gamma=0.99, lr=3e-2)"

QUESTION = LetteredQuestion(
    letters={
        "a": (Edit("agent", AGENT, "return SimplePolicy(gamma=0.99, lr=3e-3)"),),
        "b": (Edit("loss", "-returns * log_probs", "returns * log_probs"),),
        "c": (Edit("agent", AGENT, "return SimplePolicy(gamma=0.99, lr=3e-1)"),),
        "d": (),
        "e": (
            Edit(
                "normalise",
                "(returns - returns.mean()) / (returns.std(correction=0) + eps)",
                "returns",
            ),
        ),
        "f": (Edit("agent", AGENT, "return SimplePolicy(gamma=0.0, lr=3e-2)"),),
    },
    training=Training(episodes=10_000, environments=64, max_steps=60_000),
    seeds=6,
)
