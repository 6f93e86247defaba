# believed: randn is the same as rand
# truth: randn is normally distributed, so even with epsilon 0 half of the rows explore
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    explore = np.random.randn(n) < epsilon
    actions = np.where(explore, np.random.randint(n_actions, size=n), values.argmax(axis=1))
    return actions
