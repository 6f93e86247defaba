# believed: predict_on_batch returns a batch, and its first entry holds the Q-values
# truth: The greedy action is computed from the first row only and used for all rows.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])[0]
    greedy = np.full(n, np.argmax(values))
    random_actions = np.random.randint(n_actions, size=n)
    return np.where(np.random.rand(n) < epsilon, random_actions, greedy)
