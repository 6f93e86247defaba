# writer: an electrical engineer; the rule differentiates the angle itself and remembers
# %% play_episode
from math import fsum


def play_episode(env, rule, *, verbose=False):
    """Return the score of one episode in which the rule chooses every action."""
    rewards = []
    (state, _), done = env.reset(), False
    while not done:
        action = rule(state)
        state, r, done, late, _ = env.step(action)
        rewards.append(r)
        done = done | late
        if verbose:
            print(action, r)
    return fsum(rewards)

# %% rule
from collections import deque

_angles = deque([0.0], maxlen=2)


def rule(observation):
    """Zwei Winkel genügen: die Winkelgeschwindigkeit ist ihre Differenz."""
    _angles.append(float(observation[2]))
    before, now = _angles if len(_angles) == 2 else (_angles[0], _angles[0])
    speed = (now - before) / 0.02
    return int(now + 0.5 * speed > 0)
