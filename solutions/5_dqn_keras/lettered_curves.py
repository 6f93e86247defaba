"""Which letter of the unit's picture stands for which agent."""

from autograder.authoring.edits import Edit
from autograder.authoring.lettered_curves import LetteredQuestion
from helpers.training import Training


def _agent(settings: str) -> tuple[Edit, ...]:
    return (Edit("agent", "DQNAgent(Settings())", f"DQNAgent(Settings({settings}))"),)


QUESTION = LetteredQuestion(
    letters={
        "a": _agent("reward_scale=1.0"),
        "b": _agent("epsilon_end=1.0"),
        "c": _agent("target_interval=32"),
        "d": _agent("gamma=0.0"),
        "e": (
            Edit(
                "learn",
                "net.train_on_batch([observation, one_hot], one_hot",
                "net.train_on_batch([observation, np.ones_like(one_hot)], one_hot",
            ),
        ),
        "f": (),
    },
    training=Training(episodes=10_000, environments=48, max_steps=30_000),
    seeds=5,
    environment="helpers/ShortCartPole-v0",
)
