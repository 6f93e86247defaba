# believed: actions are small, and zeros_like(values) has the right length
# truth: the actions are floats and there is one row for each action: dtype and shape come from the Q-values
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = np.zeros_like(values[:, 0])
    explore = np.random.rand(n) < epsilon
    actions[explore] = np.random.randint(n_actions, size=explore.sum())
    actions[~explore] = values[~explore].argmax(axis=1)
    return actions
