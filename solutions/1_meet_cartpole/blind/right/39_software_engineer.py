# writer: a software engineer (dataclass, protocol, generator of transitions, a callable controller object)
# %% play_episode
from dataclasses import dataclass
from typing import Any, Iterator, Protocol


class Rule(Protocol):
    def __call__(self, observation: np.ndarray) -> int: ...


@dataclass(frozen=True)
class Step:
    observation: Any
    action: Any
    reward: float
    over: bool


def _steps(env: gym.Env, rule: Rule) -> Iterator[Step]:
    observation, _ = env.reset()
    over = False
    while not over:
        action = rule(observation)
        following, reward, terminated, truncated, _ = env.step(action)
        over = terminated or truncated
        yield Step(observation, action, reward, over)
        observation = following


def play_episode(env: gym.Env, rule: Rule) -> float:
    """Return the score of one episode in which the rule chooses every action."""
    return sum(step.reward for step in _steps(env, rule))


# %% rule
from dataclasses import dataclass
from enum import IntEnum


class Action(IntEnum):
    LEFT = 0
    RIGHT = 1


@dataclass
class LeadingController:
    """Pushes to the side where the pole will be after `lead` seconds."""

    lead: float = 0.3

    def __call__(self, observation) -> int:
        angle, angular_velocity = observation[2], observation[3]
        leans_right = angle + self.lead * angular_velocity > 0
        return int(Action.RIGHT if leans_right else Action.LEFT)


rule = LeadingController()
