# believed: the step in which the pole falls earns nothing
# truth: it leaves the loop before adding the last reward, so each score is too small by the last reward
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0.0
    while True:
        action = rule(observation)
        observation, reward, terminated, truncated, info = env.step(action)
        if terminated or truncated:
            break
        score += reward
    return score
