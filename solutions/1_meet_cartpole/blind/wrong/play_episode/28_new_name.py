# believed: the variable is updated, it only has a longer name
# truth: the rule sees the first observation for ever
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score, over = 0, False
    while not over:
        new_observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        over = terminated or truncated
    return score
