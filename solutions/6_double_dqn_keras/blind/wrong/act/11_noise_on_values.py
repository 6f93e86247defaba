# believed: noise on the Q-values is exploration, too
# truth: actions become random by noise of size epsilon on the values, not with probability epsilon
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    values = net.predict_on_batch(observation)
    n, n_actions = values.shape
    return np.argmax(values + epsilon * np.random.randn(n, n_actions), axis=1)
