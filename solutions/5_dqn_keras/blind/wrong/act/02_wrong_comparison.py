# believed: as in the PyTorch tutorial: if sample > eps_threshold
# truth: rand > epsilon is true with probability 1 - epsilon, but it selects the random action
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    return np.where(
        np.random.rand(n) > epsilon, np.random.randint(n_actions, size=n), values.argmax(axis=1)
    )
