# writer: a physicist who does not trust the given angular velocity and differentiates the angle himself
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    obs, _info = env.reset()
    S = 0.0
    while True:
        obs, r, term, trunc, _info = env.step(rule(obs))
        S += r
        if term or trunc:
            break
    return S
# %% rule
previous_angle = 0.0


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    global previous_angle
    theta = float(observation[2])
    omega = (theta - previous_angle) / 0.02  # fifty steps per second
    previous_angle = theta
    return int(theta + 0.2 * omega > 0)
