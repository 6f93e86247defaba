# believed: exploring means trying something else than the greedy action
# truth: An exploring row draws only from the other actions and never gets the greedy one, so the actions are not all equally likely.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    greedy = values.argmax(axis=1)
    other = (greedy + np.random.randint(1, n_actions, size=n)) % n_actions
    return np.where(np.random.rand(n) < epsilon, other, greedy)
