# believed: the score is the number of steps
# truth: it counts steps and never looks at the reward, so it is wrong in every world in which the reward is not +1 (mountain car)
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    steps = 0
    while True:
        observation, _, terminated, truncated, _ = env.step(rule(observation))
        steps += 1
        if terminated or truncated:
            return steps
