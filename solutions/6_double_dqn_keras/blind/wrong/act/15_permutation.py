# believed: a random permutation of the actions among the rows is random, too
# truth: exploring rows get the greedy actions of other rows, so random actions are not equally likely
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    greedy = values.argmax(axis=1)
    explore = np.random.rand(n) < epsilon
    return np.where(explore, np.random.permutation(greedy), greedy)
