# writer: a software engineer with type hints and a dataclass
# %% play_episode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class EpisodeState:
    observation: Any
    score: float = 0.0
    over: bool = False


def play_episode(env: gym.Env, rule: Callable[[np.ndarray], int]) -> float:
    """Return the score of one episode in which the rule chooses every action."""
    first, _ = env.reset()
    state = EpisodeState(observation=first)
    while not state.over:
        state.observation, reward, terminated, truncated, _ = env.step(rule(state.observation))
        state.score += float(reward)
        state.over = bool(terminated) or bool(truncated)
    return state.score
# %% rule
from dataclasses import dataclass


@dataclass(frozen=True)
class Gains:
    angle: float = 1.0
    angular_velocity: float = 0.35


GAINS: Gains = Gains()


def rule(observation: np.ndarray) -> int:
    """Return the action, 0 or 1, for an observation of four numbers."""
    _, _, theta, omega = observation
    push: float = GAINS.angle * theta + GAINS.angular_velocity * omega
    return 1 if push > 0 else 0
