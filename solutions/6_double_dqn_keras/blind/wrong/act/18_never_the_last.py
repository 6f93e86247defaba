# believed: The actions go from 0 to n_actions - 1, so that is the upper bound.
# truth: The upper bound is exclusive: the last action is never drawn at random.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    random_actions = np.random.randint(0, n_actions - 1, size=n)
    return np.where(np.random.rand(n) < epsilon, random_actions, values.argmax(axis=1))
