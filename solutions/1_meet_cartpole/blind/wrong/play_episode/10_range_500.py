# believed: no episode is longer than 500 steps
# truth: the limit of this one environment is hard-coded and `truncated` is ignored, so longer limits are cut off at 500 and shorter ones are overrun
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    for t in range(500):
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        if terminated:
            break
    return score
