# writer: a Python lover: generators, sum, fsum, any, a one-line rule as a lambda
# %% play_episode
from math import fsum


def rewards(env, rule):
    """Yield the rewards of one episode."""
    observation, _ = env.reset()
    over = False
    while not over:
        observation, reward, *ends, _ = env.step(rule(observation))
        yield reward
        over = any(ends)


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    return fsum(rewards(env, rule))
# %% rule
rule = lambda observation: int(sum(map(float.__mul__, map(float, observation), (0.0, 0.0, 1.0, 0.5))) > 0)
