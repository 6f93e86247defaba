# writer: a NumPy user: dot product with weights, NumPy whole numbers as actions, NumPy number as score
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    score = np.zeros(())
    over = np.False_
    observation, _ = env.reset()
    while not over:
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        score += reward
        over = np.logical_or(terminated, truncated)
    return score[()]
# %% rule
WEIGHTS = np.array([0.0, 0.0, 0.8, 0.2])


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return np.searchsorted([0.0], np.dot(WEIGHTS, observation))
