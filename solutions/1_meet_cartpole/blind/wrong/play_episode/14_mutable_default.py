# believed: a default argument gives a fresh list for each episode
# truth: the list `rewards` is created once and shared by all calls, so each score contains those of all earlier episodes
def play_episode(env, rule, rewards=[]):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    while True:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        rewards.append(reward)
        if terminated or truncated:
            return sum(rewards)
