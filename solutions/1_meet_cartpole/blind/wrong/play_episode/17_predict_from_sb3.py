# believed: the rule is a model with the method `predict` (Stable-Baselines3)
# truth: `rule` is a plain function; `rule.predict` does not exist
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    obs, info = env.reset()
    score = 0
    while True:
        action, _state = rule.predict(obs, deterministic=True)
        obs, reward, terminated, truncated, info = env.step(action)
        score += reward
        if terminated or truncated:
            return score
