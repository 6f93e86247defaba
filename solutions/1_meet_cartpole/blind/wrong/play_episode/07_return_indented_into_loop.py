# believed: the function returns once the loop has finished
# truth: `return` is indented into the loop body, so only one step is played and the score is always 1
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    over = False
    while not over:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        over = terminated or truncated
        return score
