# believed: the score is the discounted return of Sutton & Barto
# truth: the rewards are weighted with 0.99**t, the score should be their plain sum
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score, discount = 0.0, 1.0
    while True:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += discount * reward
        discount *= 0.99
        if terminated or truncated:
            return score
