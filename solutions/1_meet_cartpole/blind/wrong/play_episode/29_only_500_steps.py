# believed: an episode of the cart pole has at most 500 steps, so a loop over 500 that leaves when the pole falls covers both ends
# truth: truncated is ignored and the limit of 500 is written by hand, so an episode that is truncated earlier (or may last longer) is not ended where the environment ends it
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    for _ in range(500):
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        if terminated:
            break
    return score
