# believed: np.where(condition, greedy, random)
# truth: the two arrays are exchanged: with probability epsilon the row is greedy, otherwise random
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    explore = np.random.rand(n) < epsilon
    return np.where(explore, values.argmax(axis=1), np.random.randint(n_actions, size=n))
