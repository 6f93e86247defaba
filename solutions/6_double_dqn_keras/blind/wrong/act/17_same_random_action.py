# believed: np.where takes the random action in the rows that explore.
# truth: randint without size draws one number, so all exploring rows get the same action.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.where(np.random.rand(n) < epsilon, np.random.randint(n_actions), values.argmax(axis=1))
