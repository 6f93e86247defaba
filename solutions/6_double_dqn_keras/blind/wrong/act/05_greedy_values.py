# believed: the greedy action is max
# truth: the Q-values themselves are returned for greedy rows instead of the action's number
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions, size=n), values.max(axis=1))
