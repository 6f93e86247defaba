# believed: the comparison must also be true for epsilon = 0, so <=, and 1 - epsilon is shared among all actions
# truth: the probability of exploring is multiplied by (n_actions - 1) / n_actions, so with epsilon 1 half of the rows are still greedy
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    threshold = epsilon * (n_actions - 1) / n_actions
    explore = np.random.rand(n) <= threshold
    return np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))
