# writer: the typical over-careful answer of an AI assistant (conversions, docstrings, copies, asserts)
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action.

    Args:
        env: A Gymnasium environment.
        rule: A function from an observation to an action.

    Returns:
        The sum of all rewards of the episode, as a float.
    """
    observation, _info = env.reset()
    total_reward: float = 0.0
    terminated = truncated = False

    while not (bool(terminated) or bool(truncated)):
        # A copy, so that a rule cannot change the environment's array by accident.
        action = rule(np.array(observation, copy=True))
        observation, reward, terminated, truncated, _info = env.step(action)
        total_reward += float(reward)

    return float(total_reward)


# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    observation = np.asarray(observation, dtype=np.float64).reshape(-1)
    assert observation.shape == (4,), f"expected four numbers, got {observation.shape}"

    angle = float(observation[2])
    angular_velocity = float(observation[3])

    # Close to upright the direction of the swing counts, otherwise the side of the lean.
    if abs(angle) < 0.03:
        return 0 if angular_velocity < 0.0 else 1
    return 0 if angle < 0.0 else 1
