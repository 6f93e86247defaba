# believed: Exploring means doing something else than the best action.
# truth: The exploring rows never get the greedy action, so the random actions are not all equally likely.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    best = values.argmax(axis=1)
    other = (best + np.random.randint(1, n_actions, size=n)) % n_actions
    return np.where(np.random.rand(n) < epsilon, other, best)
