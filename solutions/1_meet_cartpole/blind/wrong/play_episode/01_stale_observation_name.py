# believed: naming the new observation `next_observation` as in Sutton & Barto is enough
# truth: `observation` is never replaced, so the rule always sees the first observation of the episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, _ = env.reset()
    score = 0
    while True:
        action = rule(observation)
        next_observation, reward, terminated, truncated, _ = env.step(action)
        score += reward
        if terminated or truncated:
            return score
