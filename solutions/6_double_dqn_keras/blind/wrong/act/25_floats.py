# believed: an array of zeros can hold the actions
# truth: The actions are returned as floating point numbers instead of whole numbers.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    actions = np.zeros(n)
    for i in range(n):
        if np.random.rand() < epsilon:
            actions[i] = np.random.randint(n_actions)
        else:
            actions[i] = np.argmax(values[i])
    return actions
