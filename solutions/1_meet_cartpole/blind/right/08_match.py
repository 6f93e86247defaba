# writer: a Python 3.10 enthusiast with match and case
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, _ = env.reset()
    score = 0
    while True:
        match env.step(rule(observation)):
            case (observation, reward, False, False, _):
                score += reward
            case (_, reward, _, _, _):
                return score + reward
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    match observation.tolist():
        case [_, _, angle, velocity] if angle + 0.5 * velocity > 0:
            return 1
        case _:
            return 0
