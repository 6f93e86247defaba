# believed: the next action can be prepared before the observation is moved on
# truth: the next action is chosen from the old observation, so the rule is always one step behind
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, _ = env.reset()
    action = rule(observation)
    score, over = 0, False
    while not over:
        next_observation, reward, terminated, truncated, _ = env.step(action)
        score += reward
        action = rule(observation)
        observation = next_observation
        over = terminated or truncated
    return score
