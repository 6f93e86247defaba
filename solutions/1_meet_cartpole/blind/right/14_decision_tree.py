# writer: nested ifs like a decision tree, early returns, no arithmetic at all
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, _ = env.reset()
    score = 0
    while True:
        observation, reward, terminated, truncated, _ = env.step(rule(observation))
        score += reward
        if not terminated and not truncated:
            continue
        return score
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    angle, spin = observation[2], observation[3]
    if spin > 0.3:
        return 1
    if spin < -0.3:
        return 0
    if angle > 0.02:
        return 1
    if angle < -0.02:
        return 0
    return 1 if spin > 0 else 0
