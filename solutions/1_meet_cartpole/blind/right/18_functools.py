# writer: a functional programmer: partial, reduce, decorators
# %% play_episode
from functools import reduce


def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""

    def steps():
        observation, _ = env.reset()
        over = False
        while not over:
            observation, reward, terminated, truncated, _ = env.step(rule(observation))
            over = terminated or truncated
            yield reward

    return reduce(lambda a, b: a + b, steps(), 0.0)
# %% rule
from functools import partial, wraps


def to_action(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        return int(function(*args, **kwargs) > 0)

    return wrapper


@to_action
def lean(observation, weight):
    return observation[2] + weight * observation[3]


rule = partial(lean, weight=0.2)
