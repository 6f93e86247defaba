# writer: a decorator lover, with logging, walrus and match
# %% play_episode
import functools
import itertools
import logging


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        result = function(*args, **kwargs)
        logging.getLogger("cartpole").debug("%s -> %s", function.__name__, result)
        return result

    return wrapper


@logged
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    now, score = env.reset()[0], 0
    for step in itertools.count(1):
        match env.step(rule(now)):
            case (now, reward, terminated, truncated, _) if not (terminated or truncated):
                score += reward
            case (_, reward, _, _, _):
                return score + reward

# %% rule
@logged
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    *_, angle, speed = observation
    match (angle > 0, speed > 0):
        case (left, right) if bool(left) == bool(right):
            return 1 if left else 0
        case _ if (soon := angle + 0.4 * speed) > 0:
            return 1
        case _:
            return 0
