# believed: the cart pole has two actions
# truth: Random actions are always 0 or 1 and ignore n_actions.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    anything = np.random.randint(2, size=n)
    return np.where(np.random.rand(n) < epsilon, anything, values.argmax(axis=1))
