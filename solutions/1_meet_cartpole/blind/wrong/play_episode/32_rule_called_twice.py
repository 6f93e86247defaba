# believed: asking the rule again is harmless, because a rule is a function
# truth: the rule is called twice in each step (once for the trace, once for env.step), so a rule that is random or remembers gives two answers
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    trace = []
    while True:
        trace.append((observation, rule(observation)))
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score += reward
        if terminated or truncated:
            return score
