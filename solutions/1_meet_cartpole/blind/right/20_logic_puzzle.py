# writer: somebody whose rule is odd but good enough: right only if the pole both leans and turns to the right (it scores about 160)
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    (observation, info), score, over = env.reset(), 0, 0
    while over == 0:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        score -= -reward
        over += int(terminated) + int(truncated)
    return score
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    falls_right = observation[2] > 0
    turns_right = observation[3] > 0
    return 1 if falls_right and turns_right else 0
