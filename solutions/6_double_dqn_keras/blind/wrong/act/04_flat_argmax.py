# believed: np.argmax(values) finds the best action
# truth: without the axis it is one index into the flattened array, the same for all rows and often larger than n_actions
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    greedy = np.full(n, np.argmax(values))
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions, size=n), greedy)
