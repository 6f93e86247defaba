# writer: somebody from a DeepMind/Acme codebase (pure functions, namedtuple state passed about, for over itertools.count)
# %% play_episode
import itertools
from typing import NamedTuple


class LoopState(NamedTuple):
    observation: np.ndarray
    episode_return: float
    last: bool


def _loop_step(env, rule, state):
    observation, reward, terminated, truncated, _ = env.step(rule(state.observation))
    return LoopState(observation, state.episode_return + reward, terminated or truncated)


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    state = LoopState(env.reset()[0], 0.0, False)
    for _ in itertools.count():
        state = _loop_step(env, rule, state)
        if state.last:
            return state.episode_return


# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    preferences = np.array([-1.0, 1.0]) * (observation[2] + 0.5 * observation[3])
    return np.argmax(preferences)
