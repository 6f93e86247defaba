# believed: there are two actions, 0 and 1
# truth: with more than two actions the random ones are only 0 or 1
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    return np.where(np.random.rand(n) < epsilon, np.random.randint(2, size=n), np.argmax(values, axis=-1))
