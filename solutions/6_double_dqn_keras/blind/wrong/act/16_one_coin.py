# believed: With probability epsilon the agent takes random actions.
# truth: One coin decides for all rows; each row must decide for itself.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    if np.random.rand() < epsilon:
        return np.random.randint(n_actions, size=n)
    return values.argmax(axis=1)
