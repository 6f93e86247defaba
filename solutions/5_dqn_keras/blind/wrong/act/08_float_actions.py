# believed: an array of zeros filled in a loop
# truth: np.zeros gives floats, so the actions are 0.0 and 1.0 instead of whole numbers
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    actions = np.zeros(n)
    for row in range(n):
        if np.random.random() < epsilon:
            actions[row] = np.random.randint(n_actions)
        else:
            actions[row] = np.argmax(values[row])
    return actions
