# believed: showing the score is the result
# truth: the score is printed and the function returns None
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    observation, info = env.reset()
    score = 0
    done = False
    while not done:
        action = rule(observation)
        observation, reward, terminated, truncated, info = env.step(action)
        score += reward
        done = terminated or truncated
    print("score:", score)
