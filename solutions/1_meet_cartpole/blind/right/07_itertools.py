# writer: an itertools fan, for-loop with count
# %% play_episode
from itertools import count


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, *_ = env.reset()
    score = 0
    for _step in count(1):
        observation, reward, *over, _ = env.step(rule(observation))
        score += reward
        if any(over):
            return score
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    *_, theta, omega = observation
    return (0, 1)[bool(theta > -omega / 5)]
