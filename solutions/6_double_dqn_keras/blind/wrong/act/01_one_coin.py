# believed: if random.random() < epsilon then explore, else exploit
# truth: all rows explore together or none does; each row should decide for itself
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    if random.random() < epsilon:
        return np.random.randint(0, n_actions, n)
    return np.argmax(values, axis=1)
