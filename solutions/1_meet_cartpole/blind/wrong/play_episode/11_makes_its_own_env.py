# believed: the function should create the environment it plays
# truth: the argument `env` is ignored and a new CartPole-v1 is played instead
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    env = gym.make("CartPole-v1")
    observation, info = env.reset()
    score = 0
    while True:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        if terminated or truncated:
            env.close()
            return score
