# believed: the first observation comes from the first step, so one needs a step before the rule can choose
# truth: the first action is random and not chosen by the rule
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    env.reset()
    action = env.action_space.sample()  # to get going
    score = 0
    while True:
        observation, reward, terminated, truncated, info = env.step(action)
        score += reward
        if terminated or truncated:
            return score
        action = rule(observation)
