# believed: the score is the number of steps that the pole stayed up
# truth: counts the steps instead of adding the rewards, which is the same only where every reward is 1
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    steps = 0
    over = False
    while not over:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        over = terminated or truncated
        steps += 1
    return steps
