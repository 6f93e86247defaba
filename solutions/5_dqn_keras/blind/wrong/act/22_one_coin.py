# believed: epsilon decides whether this turn is a random turn
# truth: One random number decides for all rows together whether they explore, instead of one for each row.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    if np.random.rand() < epsilon:
        return np.random.randint(n_actions, size=n)
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    return values.argmax(axis=1)
