# writer: a one-liner lover with lambdas and a walrus
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    result, score = env.reset(), 0
    while len(result) == 2 or not (result[2] or result[3]):
        score += (result := env.step(rule(result[0])))[1]
    return score
# %% rule
rule = lambda observation: +(observation[2] + observation[3] / 4 > 0).item()
