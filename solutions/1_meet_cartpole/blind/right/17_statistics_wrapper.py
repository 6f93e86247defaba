# writer: somebody who lets Gymnasium's own wrapper keep the score
# %% play_episode
from gymnasium.wrappers import RecordEpisodeStatistics


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    env = RecordEpisodeStatistics(env)
    observation, info = env.reset()
    while "episode" not in info:
        observation, _, _, _, info = env.step(rule(observation))
    return float(info["episode"]["r"])
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return int(np.where(observation[2] + 0.2 * observation[3] > 0, 1, 0))
