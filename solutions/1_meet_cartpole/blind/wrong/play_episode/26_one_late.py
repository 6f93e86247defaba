# believed: save the observation at the end of the loop, so the rule can see it next time
# truth: the rule sees the observation before the newest one, it is one step late
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    newest = observation
    score, over = 0, False
    while not over:
        action = rule(observation)
        observation = newest
        newest, reward, terminated, truncated, info = env.step(action)
        score += reward
        over = terminated or truncated
    return score
