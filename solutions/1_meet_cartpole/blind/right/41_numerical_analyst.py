# writer: a numerical analyst (preallocated rewards, linear feedback with a gain vector, dot product, heaviside)
# %% play_episode
def play_episode(env, rule):
    """Return the score of one episode in which the rule chooses every action."""
    r = np.empty(64)
    n = 0
    s, _ = env.reset()
    while True:
        if n == r.size:
            r = np.concatenate((r, np.empty(r.size)))
        s, r[n], end, cut, _ = env.step(rule(s))
        n += 1
        if end or cut:
            return r[:n].sum()


# %% rule
K = np.array([0.04, 0.07, 1.0, 0.22])  # full state feedback, u = sign(K s)


def rule(observation):
    """Return the action, 0 or 1, for an observation of four numbers."""
    u = np.dot(K, np.asarray(observation, dtype=np.float64))
    return int(np.heaviside(u, 1.0))
