# writer: a functional programmer who sums a generator
# %% play_episode
def _rewards(env, rule):
    observation, _ = env.reset()
    over = False
    while not over:
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        over = terminated or truncated
        yield reward


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    return sum(_rewards(env, rule))

# %% rule
rule = lambda observation: int(observation[2] + 0.5 * observation[3] > 0)
