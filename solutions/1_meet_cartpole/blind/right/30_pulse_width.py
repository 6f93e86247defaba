# writer: an electronics person: pulse-width modulation, the rule adds up what it owes in a list and pushes when it is due; exceptions end the loop
# %% play_episode
class Over(Exception):
    """The episode has come to its end."""


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    total = 0
    observation, _ = env.reset()
    try:
        while 1:
            observation, reward, terminated, truncated, _ = env.step(rule(observation))
            total += reward
            if terminated | truncated:
                raise Over
    except Over:
        return total
# %% rule
_owed = [0.0]


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    x, v, angle, omega = (float(number) for number in observation)
    force = 0.1 * x + 0.25 * v + 4.0 * angle + 1.0 * omega  # in units of one push
    force = min(1.0, max(-1.0, force))
    _owed[0] += force
    if _owed[0] > 0:
        _owed[0] -= 1.0
        return 1
    _owed[0] += 1.0
    return 0
