# writer: a statistician whose rule draws from a probability with an own generator and returns a NumPy whole number
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, _ = env.reset()
    rewards = []
    finished = False
    while not finished:
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        rewards.append(reward)
        finished = max(terminated, truncated)
    return float(np.sum(rewards))
# %% rule
generator = np.random.default_rng(12)


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    z = 40.0 * float(observation[2] + 0.3 * observation[3])
    p = 1 / (1 + np.exp(-z))
    return np.int64(generator.random() < p)
