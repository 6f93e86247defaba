# believed: random actions for n rows: randint(n)
# truth: randint(n, size=n) draws from 0 to n - 1 rows, not from the actions
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n, size=n), values.argmax(axis=1))
