# believed: numpy: random * explore + greedy
# truth: the greedy action is added in exploring rows, too, so actions can be larger than n_actions - 1
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    explore = np.random.rand(n) < epsilon
    return explore * np.random.randint(n_actions, size=n) + values.argmax(axis=1)
