# believed: reset needs a seed, as in the cell above
# truth: reset gets the fixed seed 1, so every call plays the episode from the same start
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset(seed=1)
    score = 0
    while True:
        action = rule(observation)
        observation, reward, terminated, truncated, info = env.step(action)
        score += reward
        if terminated or truncated:
            return score
