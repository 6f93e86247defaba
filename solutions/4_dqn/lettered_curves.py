"""Which letter of the unit's picture stands for which agent."""

from autograder.authoring.edits import Edit
from autograder.authoring.lettered_curves import LetteredQuestion
from helpers.training import Training


def _agent(settings: str) -> tuple[Edit, ...]:
    return (Edit("agent", "DQNAgent(Settings())", f"DQNAgent(Settings({settings}))"),)


QUESTION = LetteredQuestion(
    letters={
        "a": _agent("gamma=0.0"),
        "b": _agent("tau=0.005"),
        "c": _agent("tau=1.0"),
        "d": _agent("eps_end=0.9"),
        "e": (),
        "f": _agent("reward_scale=1.0"),
    },
    training=Training(episodes=10_000, environments=32, max_steps=30_000),
    seeds=6,
)
