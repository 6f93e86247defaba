# believed: an episode is over when the pole has fallen
# truth: `truncated` is ignored, so a good rule plays on after the time is up (scores above 500, or no end at all)
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    terminated = False
    while not terminated:
        action = rule(observation)
        observation, reward, terminated, truncated, info = env.step(action)
        score = score + reward
    return score
