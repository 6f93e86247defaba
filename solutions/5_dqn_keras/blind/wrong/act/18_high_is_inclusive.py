# believed: randint(0, n_actions - 1) draws from the first to the last action.
# truth: The upper bound is exclusive in NumPy, so the last action is never drawn at random.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    random_actions = np.random.randint(0, max(n_actions - 1, 1), size=n)
    return np.where(np.random.rand(n) < epsilon, random_actions, values.argmax(axis=1))
