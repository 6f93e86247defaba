# believed: one random action is enough, np.where spreads it
# truth: all exploring rows get the same random action, so the rows do not decide for themselves
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    random_action = np.random.randint(n_actions)
    return np.where(np.random.rand(n) < epsilon, random_action, np.argmax(values, axis=1))
