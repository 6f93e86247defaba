"""Which letter of the unit's picture stands for which agent."""

from autograder.authoring.edits import Edit
from autograder.authoring.lettered_curves import LetteredQuestion
from helpers.training import Training

AGENT = "return ACPolicy(gamma=0.99, lr=3e-2)"
POLICY_LOSS = "(-advantages * log_probs).mean()"

QUESTION = LetteredQuestion(
    letters={
        "a": (Edit("agent", AGENT, "return ACPolicy(gamma=0.99, lr=3e-1)"),),
        "b": (),
        "c": (Edit("agent", AGENT, "return ACPolicy(gamma=0.99, lr=3e-3)"),),
        "d": (Edit("losses", POLICY_LOSS, "(-advantages * log_probs.detach()).mean()"),),
        "e": (
            Edit(
                "losses",
                "F.smooth_l1_loss(values, returns)",
                "-F.smooth_l1_loss(values, returns)",
            ),
        ),
        "f": (Edit("advantage", "returns - values.detach()", "values.detach() - returns"),),
    },
    training=Training(episodes=10_000, environments=64, max_steps=60_000),
    seeds=6,
)
