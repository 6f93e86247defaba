# writer: a beginner who follows the hint, with global-like flags and long if-else chains
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    while True:
        action = rule(observation)
        observation, reward, terminated, truncated, info = env.step(action)
        score = score + reward
        if terminated == True:
            return score
        elif truncated == True:
            return score
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    x = observation[0]
    v = observation[1]
    angle = observation[2]
    w = observation[3]
    soon = angle + 0.3 * w
    if soon > 0:
        return 1
    else:
        return 0
