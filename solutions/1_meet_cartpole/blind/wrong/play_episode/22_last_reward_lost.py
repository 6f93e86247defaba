# believed: when the episode is over nothing more is to be added
# truth: the reward of the last step counts too, it is never added
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    while True:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        if terminated or truncated:
            return score
        score += reward
