# believed: reset needs the seed as in the cell above
# truth: every call plays an episode with the same start, the text wants a new one and no fixed seed
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset(seed=1)
    score = 0
    while True:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        if terminated or truncated:
            return score
