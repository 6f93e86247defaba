# writer: a functional programmer who minimises lines (walrus, iter with a sentinel, lambda)
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    (observation, _), score = env.reset(), 0
    while (step := env.step(rule(observation)))[2:4] == (False, False):
        observation, score = step[0], score + step[1]
    return score + step[1]


# %% rule
rule = lambda observation: int(sum(observation[2:]) > 0)
