# believed: reset needs a seed, as in the notebook's own cell
# truth: every call starts from the same seed, so all hundred episodes of a rule are one and the same episode
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
