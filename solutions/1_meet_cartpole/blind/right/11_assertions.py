# writer: assertion-heavy and defensive
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    assert callable(rule)
    observation, info = env.reset()
    assert isinstance(info, dict)
    score, steps = 0.0, 0
    over = False
    while not over:
        action = rule(observation)
        assert action is not None, "the rule gave no action"
        observation, reward, terminated, truncated, info = env.step(action)
        score += reward
        steps += 1
        over = terminated or truncated
    assert steps > 0
    return score
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    assert len(observation) == 4
    x, x_dot, theta, theta_dot = map(float, observation)
    action = int(theta + 0.4 * theta_dot > 0)
    assert action in (0, 1)
    return action
