# believed: argmax along axis 0 goes through the cart poles
# truth: it gives the best cart pole for each action: wrong shape and wrong numbers
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions, size=n), values.argmax(axis=0))
