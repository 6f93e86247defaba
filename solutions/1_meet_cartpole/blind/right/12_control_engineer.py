# writer: a control engineer with full state feedback (LQR-like gains, all four numbers)
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    y, _ = env.reset()
    J = 0.0
    k_end = False
    while not k_end:
        u = rule(y)
        y, r, fell, time_up, _ = env.step(u)
        J += r
        k_end = fell | time_up
    return J
# %% rule
def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    K = np.array([0.05, 0.1, 1.0, 0.5])
    u = float(np.dot(K, observation))
    return 0 if u <= 0 else 1
