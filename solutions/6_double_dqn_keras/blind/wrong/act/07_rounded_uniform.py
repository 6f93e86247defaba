# believed: rand * (n_actions - 1), rounded, is a random action
# truth: the actions at the ends are only half as likely as those in between (right only for two actions)
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    random_actions = np.round(np.random.rand(n) * (n_actions - 1)).astype(int)
    return np.where(np.random.rand(n) < epsilon, random_actions, values.argmax(axis=1))
