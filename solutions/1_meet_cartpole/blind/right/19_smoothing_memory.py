# writer: a signal-processing person who smooths the observation with a deque of the last ones
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    score = 0
    observation, info = env.reset(seed=None)
    try:
        while True:
            observation, reward, terminated, truncated, info = env.step(rule(observation))
            score += reward
            if terminated or truncated:
                raise StopIteration
    except StopIteration:
        return score
# %% rule
from collections import deque

recent = deque(maxlen=2)


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    recent.append(np.array(observation, copy=True))
    theta, omega = np.mean(recent, axis=0)[2:]
    return int(theta + 0.3 * omega > 0)
