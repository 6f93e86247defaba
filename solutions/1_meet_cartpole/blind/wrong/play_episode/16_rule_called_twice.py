# believed: calling the rule once more, only to record the actions, changes nothing
# truth: the rule is asked twice per step, so a rule which draws at random or remembers something plays other actions than the recorded ones and sees every observation twice
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    actions = []
    score = 0
    while True:
        actions.append(rule(observation))
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        if terminated or truncated:
            return score
