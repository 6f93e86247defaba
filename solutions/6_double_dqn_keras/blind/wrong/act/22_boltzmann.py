# believed: exploring means that better actions are drawn more often
# truth: An exploring row draws from the softmax of its Q-values instead of from all actions with equal probability.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    weights = np.exp(values - values.max(axis=1, keepdims=True))
    weights = weights / weights.sum(axis=1, keepdims=True)
    drawn = (weights.cumsum(axis=1) < np.random.rand(n, 1)).sum(axis=1)
    drawn = np.minimum(drawn, n_actions - 1)
    return np.where(np.random.rand(n) < epsilon, drawn, values.argmax(axis=1))
