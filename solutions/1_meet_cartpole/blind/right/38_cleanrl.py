# writer: somebody who copies the style of CleanRL (next_obs, done, episodic return)
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    next_obs, _ = env.reset()
    next_done = False
    episodic_return = 0.0
    while not next_done:
        action = rule(next_obs)
        next_obs, reward, terminations, truncations, infos = env.step(action)
        next_done = np.logical_or(terminations, truncations)
        episodic_return += reward
    return episodic_return


# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    x, x_dot, theta, theta_dot = observation
    return 1 if theta + 0.25 * theta_dot > 0 else 0
