# believed: asking the rule once more to see whether it changes its mind does no harm
# truth: the rule is called two times a step; a rule that remembers or draws at random then plays another action than the one counted
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    pushes = [0, 0]
    over = False
    while not over:
        pushes[rule(observation) == 1] += 1
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        over = terminated or truncated
    return score
