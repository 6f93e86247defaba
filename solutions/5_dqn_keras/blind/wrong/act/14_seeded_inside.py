# believed: a seed makes the results reproducible
# truth: the generator is seeded anew in every call, so each call explores in the same rows with the same actions
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    rng = np.random.default_rng(42)
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    return np.where(rng.random(n) < epsilon, rng.integers(n_actions, size=n), values.argmax(axis=1))
