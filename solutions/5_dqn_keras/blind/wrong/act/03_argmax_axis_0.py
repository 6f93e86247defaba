# believed: the argmax runs along axis 0, the rows
# truth: it gives the best row for each action (n_actions numbers, up to n - 1) instead of the best action for each row
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    greedy = np.argmax(values, axis=0)
    explore = np.random.rand(n) < epsilon
    return np.where(explore, np.random.randint(n_actions, size=n), greedy)
