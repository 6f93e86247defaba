# believed: An array of actions is made first and then filled.
# truth: np.zeros makes floating-point numbers; the actions must be whole numbers.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = np.zeros(n)
    for i in range(n):
        actions[i] = np.random.randint(n_actions) if np.random.rand() < epsilon else values[i].argmax()
    return actions
