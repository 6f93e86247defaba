# believed: A random action is 0 or 1.
# truth: With three or more actions, the others are never explored.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    random_actions = (np.random.rand(n) < 0.5).astype(int)
    return np.where(np.random.rand(n) < epsilon, random_actions, values.argmax(axis=1))
