# believed: random actions should be drawn according to the Q-values, good ones more often
# truth: the random actions are not equally likely, they follow a softmax of the Q-values
def select_action(net, observation, epsilon):
    """An epsilon-greedy action for each row: (n, 4) to (n,) whole numbers."""
    n, n_actions = len(observation), net.output_shape[-1]
    values = net.predict_on_batch([observation, np.ones((n, n_actions))])
    p = np.exp(values - values.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    random_actions = np.array([np.random.choice(n_actions, p=row / row.sum()) for row in p.astype(float)])
    return np.where(np.random.rand(n) < epsilon, random_actions, values.argmax(axis=1))
