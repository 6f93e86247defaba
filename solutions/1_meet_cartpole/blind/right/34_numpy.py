# writer: a numpy person; numpy scalars everywhere
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    score = np.zeros((), dtype=np.float64)
    observation = env.reset()[0]
    for _ in iter(int, 1):  # for ever
        result = env.step(rule(observation))
        observation = result[0]
        score += result[1]
        if np.logical_or(*result[2:4]):
            break
    return score[()]

# %% rule
WEIGHTS = np.array([0.02, 0.05, 1.0, 0.3])


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    return (WEIGHTS @ np.asarray(observation, dtype=np.float64) > 0).astype(np.int64)
