# writer: a beginner (lists, counters, temporary variables, prints, if-elif chains, a global that remembers the last angle)
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    rewards = []
    start = env.reset()
    observation = start[0]
    done = False
    while done == False:
        action = rule(observation)
        result = env.step(action)
        observation = result[0]
        reward = result[1]
        terminated = result[2]
        truncated = result[3]
        rewards.append(reward)
        if terminated == True:
            done = True
        elif truncated == True:
            done = True
    score = 0
    for reward in rewards:
        score = score + reward
    if score >= 500:
        print("500!")
    return score


# %% rule
last_angle = 0.0


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    global last_angle
    angle = observation[2]
    change = angle - last_angle  # how far it moved in one step of 0.02 seconds
    last_angle = angle
    soon = angle + 12 * change
    if soon > 0:
        action = 1
    else:
        action = 0
    return action
