# believed: the score is the number of steps that the pole stayed up
# truth: the score is the sum of the rewards; the two are equal only where every reward is 1
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    steps = 0
    while True:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        steps += 1
        if terminated or truncated:
            return steps
