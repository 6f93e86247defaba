# believed: np.random.randint includes the upper end, as random.randint does
# truth: np.random.randint(0, n_actions - 1) never draws the last action, so with two actions every random action is 0.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    greedy = values.argmax(axis=1)
    random_actions = np.random.randint(0, n_actions - 1, size=n)
    return np.where(np.random.rand(n) < epsilon, random_actions, greedy)
