# believed: To explore is to do something else than the best action.
# truth: The greedy action is never drawn in exploring rows, so the actions are not equally likely.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    best = values.argmax(axis=1)
    other = (best + np.random.randint(1, n_actions, size=n)) % n_actions
    return np.where(np.random.rand(n) < epsilon, other, best)
