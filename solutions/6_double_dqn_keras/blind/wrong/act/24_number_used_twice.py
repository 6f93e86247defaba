# believed: one random number for each row is enough for both decisions
# truth: The number that is below epsilon also chooses the action, so for small epsilon the random action is always 0.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    uniform = np.random.rand(n)
    anything = (uniform * n_actions).astype(int)
    return np.where(uniform < epsilon, anything, values.argmax(axis=1))
