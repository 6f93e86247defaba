# writer: a physicist who plans with a small model of the pole, and who writes loops with break and deque
# %% play_episode
from collections import deque


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observations = deque(maxlen=1)
    observations.append(env.reset(seed=None, options=None)[0])
    score = 0.0
    over = False
    while True:
        if over:
            break
        action = rule(observations[-1])
        *rest, info = env.step(action)
        observation, reward, *flags = rest
        observations.append(observation)
        score += reward
        over = any(flags)
    return score


# %% rule
import math

GRAVITY, HALF_LENGTH = 9.8, 0.5


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    _, _, angle, angular_velocity = map(float, observation)
    # The unstable mode of an inverted pendulum: it grows like exp(rate * t).
    rate = math.sqrt(GRAVITY / (4 / 3 * HALF_LENGTH))
    falling_to = math.copysign(1, angle + angular_velocity / rate)
    return round((falling_to + 1) / 2)
