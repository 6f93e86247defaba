# writer: a NumPy person, everything is an array
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    rewards = np.empty(0)
    observation, _ = env.reset()
    over = False
    while not over:
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        rewards = np.append(rewards, reward)
        over = np.logical_or(terminated, truncated)
    return rewards.sum()
# %% rule
WEIGHTS = np.array([0.0, 0.0, 1.0, 0.3])


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return int(WEIGHTS @ np.asarray(observation) > 0)
