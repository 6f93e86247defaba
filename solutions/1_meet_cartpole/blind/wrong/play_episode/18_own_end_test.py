# believed: the table says when an episode ends, so one can test it oneself
# truth: it tests the cart pole's limits instead of `terminated or truncated`: no time limit, and in any other environment the end is missed
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    while abs(observation[0]) <= 2.4 and abs(observation[2]) <= 0.2095:
        observation, reward, *_ = env.step(rule(observation))
        score += reward
    return score
