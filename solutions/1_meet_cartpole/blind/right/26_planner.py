# writer: a physicist: the rule simulates the cart pole two steps ahead with its equations of motion and takes the better push; the loop is a for loop over itertools.count
# %% play_episode
import itertools


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    for _ in itertools.count():
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        if truncated or terminated:
            break
    return score
# %% rule
from math import cos, sin


def push(state, force):
    """The state one fiftieth of a second later."""
    x, v, angle, omega = state
    g, cart, pole, half, dt = 9.8, 1.0, 0.1, 0.5, 0.02
    total = cart + pole
    temp = (force + pole * half * omega**2 * sin(angle)) / total
    alpha = (g * sin(angle) - cos(angle) * temp) / (
        half * (4 / 3 - pole * cos(angle) ** 2 / total)
    )
    a = temp - pole * half * alpha * cos(angle) / total
    return x + dt * v, v + dt * a, angle + dt * omega, omega + dt * alpha


def cost(state):
    """How bad a state looks."""
    x, v, angle, omega = state
    return (angle + 0.3 * omega) ** 2 + 0.01 * (x + v) ** 2


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    state = [float(number) for number in observation]
    costs = {
        first: min(cost(push(push(state, force), then)) for then in (-10.0, 10.0))
        for first, force in enumerate((-10.0, 10.0))
    }
    return min(costs, key=costs.get)
