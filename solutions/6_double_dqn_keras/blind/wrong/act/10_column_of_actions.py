# believed: keepdims keeps the batch dimension
# truth: the result has the shape (n, 1) or (n, n) by broadcasting instead of (n,)
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    greedy = values.argmax(axis=1, keepdims=True)
    explore = np.random.rand(n, 1) < epsilon
    return np.where(explore, np.random.randint(n_actions, size=(n, 1)), greedy)
