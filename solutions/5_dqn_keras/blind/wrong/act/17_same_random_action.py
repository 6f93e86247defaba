# believed: np.where takes the random action in the rows that explore.
# truth: All exploring rows get the same random action, because randint without size draws only one.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    explore = np.random.rand(n) < epsilon
    return np.where(explore, np.random.randint(n_actions), values.argmax(axis=1))
