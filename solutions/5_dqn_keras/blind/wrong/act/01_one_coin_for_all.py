# believed: epsilon-greedy: with probability epsilon random, otherwise greedy
# truth: one random number decides for all n rows together instead of each row for itself
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    if np.random.rand() < epsilon:
        return np.random.randint(n_actions, size=n)
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    return values.argmax(axis=1)
