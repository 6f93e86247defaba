# writer: a beginner who writes one thing per line
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    # start the episode
    observation, info = env.reset()
    score = 0
    done = False
    while done == False:
        action = rule(observation)
        result = env.step(action)
        observation = result[0]
        reward = result[1]
        terminated = result[2]
        truncated = result[3]
        score = score + reward
        if terminated:
            done = True
        if truncated:
            done = True
    return score
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle = observation[2]
    speed = observation[3]
    later = angle + 0.2 * speed
    if later > 0:
        return 1
    else:
        return 0
