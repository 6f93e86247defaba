# writer: a physicist who simulates both pushes and compares
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    score = 0
    observation, info = env.reset()
    try:
        while True:
            observation, reward, terminated, truncated, info = env.step(rule(observation))
            score = score + reward
            if terminated:
                return score
            if truncated:
                return score
    finally:
        del observation, info

# %% rule
import math


def _push(state, force, dt=0.02):
    x, v, a, w = (float(number) for number in state)
    temp = (force + 0.05 * w * w * math.sin(a)) / 1.1
    acc = (9.8 * math.sin(a) - math.cos(a) * temp) / (0.5 * (4 / 3 - 0.1 * math.cos(a) ** 2 / 1.1))
    cart = temp - 0.05 * acc * math.cos(a) / 1.1
    return x + dt * v, v + dt * cart, a + dt * w, w + dt * acc


def _cost(state):
    x, v, a, w = state
    return abs(a + 0.27 * w + 0.03 * x + 0.06 * v)


def rule(observation):
    """The push after which the pole is closer to rest."""
    return min((0, 1), key=lambda action: _cost(_push(observation, 10.0 if action else -10.0)))
