# believed: A random action is 0 or 1.
# truth: With more than two actions the others are never explored.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    random_actions = np.random.randint(2, size=n)
    return np.where(np.random.rand(n) < epsilon, random_actions, values.argmax(axis=1))
