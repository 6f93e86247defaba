# believed: the agent asks for one state, so values[0]
# truth: returns one number for the first cart pole instead of n actions
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    if np.random.rand() < epsilon:
        return np.random.randint(n_actions)
    return int(np.argmax(values[0]))
