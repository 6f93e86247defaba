# believed: a mask of zeros means that nothing is masked
# truth: The mask is all zeros, so all Q-values are 0 and the greedy action is always action 0.
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.zeros((n, n_actions))])
    greedy = values.argmax(axis=1)
    random_actions = np.random.randint(n_actions, size=n)
    return np.where(np.random.rand(n) < epsilon, random_actions, greedy)
