# believed: step returns observation, reward, done, info (from an old tutorial)
# truth: `step` returns five values, so unpacking into four raises ValueError
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    obs, _ = env.reset()
    total_reward = 0
    done = False
    while not done:
        obs, reward, done, info = env.step(rule(obs))
        total_reward += reward
    return total_reward
