# writer: somebody who loves generators and sum()
# %% play_episode
def rewards_of_an_episode(env, rule):
    observation, info = env.reset()
    terminated = truncated = False
    while not (terminated or truncated):
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        yield reward


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    return sum(rewards_of_an_episode(env, rule))
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    weights = (0, 0, 1, 0.15)
    return int(sum(w * o for w, o in zip(weights, observation)) > 0)
