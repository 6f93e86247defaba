# believed: a random action is one that is different from the greedy one
# truth: exploring rows never get the greedy action, so the random actions are not all equally likely (twice the exploration with two actions)
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    q = net.predict_on_batch([observation, np.ones((n, n_actions))])
    greedy = q.argmax(axis=1)
    other = (greedy + np.random.randint(1, n_actions, size=n)) % n_actions
    return np.where(np.random.rand(n) < epsilon, other, greedy)
