# believed: epsilon is the probability of the best action
# truth: The condition is reversed: a row is greedy with probability epsilon and random otherwise.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    anything = np.random.randint(n_actions, size=n)
    return np.where(np.random.rand(n) < epsilon, values.argmax(axis=1), anything)
