# believed: the episode ends when terminated is true; truncated is for something else
# truth: the loop goes on after truncated, so a good rule gets more than the time limit allows
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    terminated = False
    while not terminated:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
    return score
