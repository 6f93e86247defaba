# writer: somebody who simulates both actions with the pole's own physics and takes the better one
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    total = 0

    def step():
        nonlocal observation, total
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        total += reward
        return terminated or truncated

    while not step():
        pass
    return total
# %% rule
import math


def _next_state(x, v, a, w, force):
    g, m_cart, m_pole, half = 9.8, 1.0, 0.1, 0.5
    total = m_cart + m_pole
    temp = (force + m_pole * half * w * w * math.sin(a)) / total
    acc = (g * math.sin(a) - math.cos(a) * temp) / (half * (4 / 3 - m_pole * math.cos(a) ** 2 / total))
    cart = temp - m_pole * half * acc * math.cos(a) / total
    t = 0.02
    return x + t * v, v + t * cart, a + t * w, w + t * acc


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""

    def cost(action):
        x, v, a, w = _next_state(*map(float, observation), (-10.0, 10.0)[action])
        return (a + 0.3 * w) ** 2 + 0.001 * (x + v) ** 2

    return min((0, 1), key=cost)
