# believed: one random number per row is enough for both decisions
# truth: the number below epsilon also decides which action is random, so with small epsilon it is always action 0
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    u = np.random.rand(n)
    random_actions = (u * n_actions).astype(int)
    return np.where(u < epsilon, random_actions, values.argmax(axis=1))
