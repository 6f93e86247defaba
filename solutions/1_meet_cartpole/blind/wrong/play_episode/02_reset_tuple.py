# believed: reset returns the observation, as in old Gym
# truth: `env.reset()` returns the pair (observation, info), so the rule gets a tuple for the first action
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation = env.reset()
    score = 0
    done = False
    while not done:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        done = terminated or truncated
        score += reward
    return score
