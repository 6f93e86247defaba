# writer: a Gymnasium lover: the wrapper that records episode statistics keeps the score; the rule is stochastic, a logistic function gives the probability of a push to the right
# %% play_episode
from gymnasium.wrappers import RecordEpisodeStatistics


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    recorded = RecordEpisodeStatistics(env)
    observation, info = recorded.reset()
    while "episode" not in info:
        observation, _, _, _, info = recorded.step(rule(observation))
    return info["episode"]["r"]
# %% rule
def rule(observation, rng=np.random.default_rng()):
    """Return the action, 0 or 1, for an observation of four numbers."""
    *_, angle, angular_velocity = observation
    logit = 60 * (angle + 0.5 * angular_velocity)
    return int(rng.random() < 1 / (1 + np.exp(-logit)))
