# believed: With probability epsilon the agent explores.
# truth: One coin decides for all rows; each row must decide for itself.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    if np.random.rand() < epsilon:
        return np.random.randint(n_actions, size=n)
    return values.argmax(axis=1)
