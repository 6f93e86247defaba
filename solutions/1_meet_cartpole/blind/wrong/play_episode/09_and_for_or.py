# believed: an episode is over when both flags are set
# truth: `terminated and truncated` is almost never true, so the loop goes on long after the end of the episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    while True:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        if terminated and truncated:
            return score
