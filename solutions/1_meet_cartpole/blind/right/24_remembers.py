# writer: somebody who does not trust the given velocities and estimates them from the last angle, kept in a function attribute; collects all rewards in a list
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    rewards = []
    observation = env.reset()[0]
    while True:
        answer = env.step(rule(observation))
        observation = answer[0]
        rewards.append(answer[1])
        if answer[2] or answer[3]:
            break
    return np.sum(rewards)
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    x, _, angle, _ = observation
    velocity = (angle - rule.last_angle) / 0.02  # fifty steps a second
    if abs(velocity) > 10:  # a new episode began
        velocity = 0.0
    rule.last_angle = angle
    return 1 if angle + 0.4 * velocity > 0 else 0


rule.last_angle = 0.0
